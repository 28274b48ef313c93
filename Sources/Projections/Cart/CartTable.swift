import Domain
import Events

/// One row a user: the cart's lines. It follows `cart.changed` alone, so a cart is what its user and the rules made of it in
/// that order. A checkout places an order a line; a line that leaves arms the rules again that filled it.
struct CartTable: KeyedTable {
    struct Key: LaneKey {
        let userId: String
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

    func fold(_ event: FoldEvent, into cart: inout Cart) throws(FoldRefusal) {
        guard case .cartChanged(let change) = event.decoded.payload else { return }
        let time = event.decoded.envelope.time
        switch change.action {
        case .add: try add(change, at: time, to: &cart)
        case .remove: try remove(change, at: time, from: &cart)
        case .clear, .checkout: cart.lines = []
        }
        cart.updatedAt = max(cart.updatedAt, time)
    }

    private func add(_ change: CartChanged, at time: Timestamp, to cart: inout Cart) throws(FoldRefusal) {
        guard let instrument = change.instrument else { return }
        let quantity = change.quantity ?? .one
        guard let index = cart.lines.firstIndex(where: { $0.instrument == instrument }) else {
            guard cart.lines.count < ProjectionLimits.maximumCartLines else {
                throw FoldRefusal(
                    "cart_full",
                    "the cart has \(cart.lines.count) lines, the most that it may have: clear it, then retry")
            }
            cart.lines.append(
                Cart.Line(
                    instrument: instrument, quantity: quantity, price: change.price,
                    rules: change.ruleId.map { [$0] } ?? [], addedAt: time, updatedAt: time))
            return
        }
        do throws(NumberError) { cart.lines[index].quantity = try cart.lines[index].quantity + quantity } catch {
            throw FoldRefusal("quantity_out_of_range", "\(instrument) in the cart: \(error)")
        }
        cart.lines[index].price = change.price
        cart.lines[index].updatedAt = max(cart.lines[index].updatedAt, time)
        guard let rule = change.ruleId, !cart.lines[index].rules.contains(rule) else { return }
        guard cart.lines[index].rules.count < ProjectionLimits.maximumRulesPerCartLine else {
            throw FoldRefusal("too_many_rules", "\(instrument) in the cart is filled by too many rules")
        }
        cart.lines[index].rules.append(rule)
    }

    private func remove(_ change: CartChanged, at time: Timestamp, from cart: inout Cart) throws(FoldRefusal) {
        guard let index = cart.lines.firstIndex(where: { $0.instrument == change.instrument }) else { return }
        guard let quantity = change.quantity, quantity < cart.lines[index].quantity else {
            cart.lines.remove(at: index)
            return
        }
        do throws(NumberError) { cart.lines[index].quantity = try cart.lines[index].quantity - quantity } catch {
            throw FoldRefusal("quantity_out_of_range", "\(cart.lines[index].instrument) in the cart: \(error)")
        }
        cart.lines[index].updatedAt = max(cart.lines[index].updatedAt, time)
    }

    func effects(of event: FoldEvent, before: Cart, after: Cart) -> [EventPayload] {
        guard case .cartChanged(let change) = event.decoded.payload else { return [] }
        let gone = before.lines(missingIn: after)
        var payloads: [EventPayload] = []
        if change.action == .checkout {
            payloads += gone.map { .orderPlaced(order(of: $0, change.userId, by: event.decoded.envelope)) }
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
