import HTTPServing

/// `stream` and `ws`: what happens, as it happens; `stream/ticket`: how a browser gets into a stream.
enum StreamEndpoints {
    private static let parameters: [RouteParameter] = [
        .query("channels", .streamText), .query("resume", .streamText), .query("ticket", .text),
    ]

    static let routes: [Route] = [
        Route(
            "/v1/stream", "streamEvents", access: .stream, parameters: parameters, produces: "text/event-stream",
            action: .stream(.events)),
        Route("/v1/ws", "openWebSocket", access: .stream, parameters: parameters, action: .stream(.webSocket)),
        Route(
            "/v1/stream/ticket", "createStreamTicket", method: .post, access: .bearer, action: .work(.sessions, ticket)),
    ]

    private static func ticket(
        _ call: WorkCall, _ service: ReadService, _ session: DatabaseSession
    ) throws(Problem) -> HTTPResponse {
        guard let claims = call.claims else { throw .unauthorized(.missing) }
        // A stream ends with its token to the second; requests have some leeway. A client that is told here gets a new token.
        if let expiry = claims.expiresAt, call.second >= expiry { throw .unauthorized(.expired(at: expiry)) }
        let ticket = try StreamTickets(session).issue(for: claims)
        return .json(201) { body in
            body.field("ticket", ticket)
            body.key("expiresInSeconds")
            body.integer(ReadAPILimits.ticketSeconds)
        }
    }
}
