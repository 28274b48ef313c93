import HTTPServing

extension HTTPResponse {
    /// A JSON object.
    static func json(_ status: UInt32, _ body: (inout JSONWriter) -> Void) -> HTTPResponse {
        var writer = JSONWriter()
        writer.object(body)
        return HTTPResponse(status: status, contentType: "application/json", body: writer.bytes)
    }
}
