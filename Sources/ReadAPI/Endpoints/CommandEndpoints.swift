import HTTPServing

/// Commands for people without a Kafka client. Each becomes one event; nothing here writes a view.
enum CommandEndpoints {
    static let routes: [Route] = [
        command("/v1/orders", "placeOrder", .placeOrder),
        command("/v1/orders/{id}/cancel", "cancelOrder", .cancelOrder),
        command("/v1/cart", "changeCart", .changeCart),
        command("/v1/cart/rules", "changeRule", .changeRule),
        command("/v1/alerts", "changeAlert", .changeAlert),
        command("/v1/watchlists", "changeWatchlist", .changeWatchlist),
        command("/v1/trades", "enterTrade", .enterTrade),
        command("/v1/notifications/{id}/read", "readNotification", .readNotification),
        command("/v1/notifications/{id}/delete", "deleteNotification", .deleteNotification),
        command("/v1/payments", "receivePayment", .receivePayment, access: .admin),
        Route(
            "/v1/trades/import", "importTrades", method: .post, access: .user,
            parameters: [
                CommonParameters.user, .query("account", .text),
                .query("strict", .choice(["true", "false"], default: "false")),
            ], body: RouteBody(contentTypes: ["text/csv"], maximumBytes: ReadAPILimits.importBytes),
            action: .work(
                .imports,
                { (call, service, _) throws(Problem) in try TradebookImport(call: call, service: service).run() })
        ),
    ]

    private static func command(
        _ path: String, _ operation: String, _ kind: CommandKind, access: Route.Access = .user
    ) -> Route {
        let template = PathTemplate(path)
        let names = template.segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
        return Route(
            path, operation, method: .post, access: access,
            parameters: names.map { .path($0, .identifier) }
                + [.header(CommandKey.headerName, .idempotencyKey)],
            body: kind.pathParameter == nil ? .json : .optionalJSON,
            action: .work(
                .commands,
                { (call, service, session) throws(Problem) in
                    try CommandRun(call: call, service: service, session: session).run(kind, operation: operation)
                }))
    }
}
