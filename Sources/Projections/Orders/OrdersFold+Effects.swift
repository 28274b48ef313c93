import Domain
import Events

/// What users are told of their orders. Each notification comes from one event, whatever the other topics said so far.
extension OrdersFold {
    private enum Category { static let trade = "trade_alert" }

    /// Imported history is not news.
    private static let silentSource = "/import/"

    func notify(of trade: TradeExecuted, from event: FoldEvent) {
        guard isNews(event) else { return }
        let instrument = "\(trade.exchange):\(trade.symbol)"
        let verb = trade.side == .buy ? "Bought" : "Sold"
        tell(
            event, id: "fill:\(trade.tradeId)", user: trade.userId, title: "\(verb) \(trade.quantity) \(instrument)",
            body: "\(verb) \(trade.quantity) \(instrument) at \(trade.price), trade \(trade.tradeId)",
            data: ["orderId": trade.orderId, "tradeId": trade.tradeId, "symbol": instrument])
    }

    func notify(ofEnded order: OrderKey, as status: OrderStatus, reason: String?, from event: FoldEvent) {
        guard isNews(event) else { return }
        let word = status.rawValue.lowercased()
        tell(
            event, id: "order:\(order.orderId):\(status.rawValue)", user: order.userId,
            title: "Order \(word)", body: "Order \(order.orderId) was \(word)" + (reason.map { ": \($0)" } ?? ""),
            data: ["orderId": order.orderId, "status": status.rawValue])
    }

    private func isNews(_ event: FoldEvent) -> Bool {
        effects.wants(event) && !event.decoded.envelope.source.hasPrefix(Self.silentSource)
    }

    private func tell(
        _ event: FoldEvent, id: String, user: String, title: String, body: String, data: [String: String?]
    ) {
        let notification = NotificationSend(
            notificationId: TextFit.identifier(id), userId: user, channel: .inApp, category: Category.trade,
            title: TextFit.label(title), body: TextFit.notes(body), data: JSONText.object(data.compactMapValues(\.self))
        )
        effects.emit(.notificationSend(notification), from: event)
    }
}

extension OrderStatus {
    /// Ends an order in a way that its user did not ask for.
    var isTold: Bool {
        switch self {
        case .rejected, .failed, .expired: true
        case .pending, .triggerPending, .open, .partiallyFilled, .executed, .cancelled: false
        }
    }
}
