/// `stream` and `ws`: what happens, as it happens.
enum StreamEndpoints {
    private static let parameters: [RouteParameter] = [
        .query("channels", .streamText), .query("resume", .streamText), .query("ticket", .text),
    ]

    static let routes: [Route] = [
        Route("/v1/stream", "streamEvents", access: .stream, parameters: parameters, action: .stream(.events)),
        Route("/v1/ws", "openWebSocket", access: .stream, parameters: parameters, action: .stream(.webSocket)),
    ]
}
