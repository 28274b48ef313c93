import COpenSSL
import HTTPServing

/// The opening handshake of RFC 6455 §4.2.
enum WebSocketHandshake {
    /// The value of `Sec-WebSocket-Accept`. Throws what is wrong with a request that asks for no WebSocket.
    static func accept(_ request: HTTPRequest) throws(Problem) -> String {
        guard request.method == "GET", has(request, "upgrade", "websocket"), has(request, "connection", "upgrade")
        else {
            throw Problem(
                kind: "upgrade-required", title: "Upgrade required", status: 426,
                detail: "this is a WebSocket: ask with Connection: Upgrade and Upgrade: websocket; "
                    + "server-sent events are at /v1/stream",
                headers: [HTTPHeader("Upgrade", "websocket"), HTTPHeader("Connection", "Upgrade")])
        }
        guard request.header("sec-websocket-version") == "13" else {
            throw Problem(
                kind: "upgrade-required", title: "Upgrade required", status: 426,
                detail: "Sec-WebSocket-Version must be 13",
                headers: [
                    HTTPHeader("Sec-WebSocket-Version", "13"), HTTPHeader("Upgrade", "websocket"),
                    HTTPHeader("Connection", "Upgrade"),
                ])
        }
        guard let key = request.header("sec-websocket-key"), key.utf8.count == 24, key.hasSuffix("==") else {
            throw .invalidParameter(
                "Sec-WebSocket-Key", value: request.header("sec-websocket-key") ?? "",
                reason: "is not 16 bytes in base64")
        }
        return answer(to: key)
    }

    /// base64 of SHA-1 of the key and RFC 6455's GUID: proves that the server speaks WebSocket, protects nothing.
    static func answer(to key: String) -> String {
        let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var digest = [UInt8](repeating: 0, count: 20)
        var length: UInt32 = 0
        EVP_Digest(text, text.count, &digest, &length, EVP_sha1(), nil)
        var encoded = [UInt8](repeating: 0, count: 29)
        let count = EVP_EncodeBlock(&encoded, digest, Int32(digest.count))
        return String(decoding: encoded.prefix(Int(count)), as: UTF8.self)
    }

    /// Whether one of a header's comma-separated words is `word`.
    private static func has(_ request: HTTPRequest, _ name: String, _ word: String) -> Bool {
        (request.header(name) ?? "").split(separator: ",").contains { part in
            part.lowercased().filter { $0 != " " && $0 != "\t" } == word
        }
    }
}
