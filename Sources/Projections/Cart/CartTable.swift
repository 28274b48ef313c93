import Domain
import Events

/// One row a user: the cart's lines. It follows `cart.changed` alone, so a cart is what its user and the rules made of it in
/// that order. A checkout places an order a line; a line that leaves arms the rules again that filled it.
struct CartTable: KeyedTable {
    struct Key: LaneKey {
        @ExactText var userId: String
        var partitionKey: String { userId }
    }

    static let table = TableDefinition(
        "carts", role: .state,
        columns: [Column("user_id", .text), Column("lines", .text), Column("updated_at", .timestamp)],
        key: ["user_id"])

    func key(of event: FoldEvent) -> Key? {
        guard case .cartChanged(let change) = event.decoded.payload else { return nil }
        return Key(userId: change.userId)
    }

    func newState(for key: Key) -> Cart { Cart(updatedAt: .minimum) }

    func fold(_ event: FoldEvent, into cart: inout Cart) {
        guard case .cartChanged(let change) = event.decoded.payload else { return }
        let time = event.decoded.envelope.time
        // What can't be put in is left out, and its user told: nothing that follows must wait for it.
        if cart.refusal(of: change) == nil { cart.carryOut(change, at: time) }
        cart.updatedAt = max(cart.updatedAt, time)
    }

    func effects(of event: FoldEvent, before: Cart, after: Cart) -> [EventPayload] {
        guard case .cartChanged(let change) = event.decoded.payload else { return [] }
        let envelope = event.decoded.envelope
        guard change.action != .add else {
            return before.refusal(of: change).map {
                [.notificationSend(notification(of: $0, change, by: envelope))]
            } ?? []
        }
        let gone = before.lines(missingIn: after)
        var payloads: [EventPayload] = []
        if change.action == .checkout {
            payloads += gone.map { .orderPlaced(order(of: $0, change.userId, by: envelope)) }
        }
        for line in gone {
            payloads += line.rules.map { rule in
                .ruleRearmed(
                    RuleRearmed(ruleId: rule, userId: change.userId, instrument: line.instrument, isActive: true))
            }
        }
        return payloads
    }

    /// Its id follows from the checkout and the line, so that whoever places it again places the same order.
    private func order(of line: Cart.Line, _ userId: String, by envelope: Envelope) -> OrderPlaced {
        OrderPlaced(
            orderId: TextFit.identifier("cart:\(envelope.source):\(envelope.id):\(line.instrument)"), userId: userId,
            exchange: line.instrument.exchange, symbol: line.instrument.symbol, side: .buy, quantity: line.quantity,
            orderType: line.price == nil ? .market : .limit, price: line.price)
    }

    private func notification(
        of refusal: Cart.Refusal, _ change: CartChanged, by envelope: Envelope
    ) -> NotificationSend {
        let symbol = change.instrument.map { "\($0)" } ?? ""
        return NotificationSend(
            notificationId: TextFit.identifier("cart:\(envelope.source):\(envelope.id)"), userId: change.userId,
            channel: .inApp, category: "cart", title: TextFit.label("\(symbol) was not put into your cart"),
            body: TextFit.notes("\(symbol) was not put into your cart: \(refusal.reason)"),
            data: JSONText.object(
                ["symbol": symbol, "ruleId": change.ruleId, "code": refusal.code].compactMapValues(\.self)))
    }

    static func encode(_ key: Key, into row: RowBatch) { row.put(key.userId) }

    static func encode(_ cart: Cart, into row: RowBatch) {
        row.put(CartCodec.encode(cart.lines))
        row.put(unixMicroseconds: cart.updatedAt.microseconds)
    }

    static func key(of row: RowReader) throws(RowError) -> Key { Key(userId: try row.text(0)) }

    static func state(of row: RowReader) throws(RowError) -> Cart {
        guard let lines = CartCodec.decode(try row.text(1)) else { throw RowError(table: table.name, column: "lines") }
        return Cart(lines: lines, updatedAt: Timestamp(microseconds: try row.unixMicroseconds(2)))
    }
}
