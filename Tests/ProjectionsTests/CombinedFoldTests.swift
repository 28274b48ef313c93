import Domain
import Events
import TestKit
import Testing

@testable import Projections

private struct UserKey: LaneKey {
    let userId: String
    var partitionKey: String { userId }

    static func of(_ event: FoldEvent) -> UserKey? {
        switch event.decoded.payload {
        case .tradeExecuted(let trade): UserKey(userId: trade.userId)
        case .orderUpdated(let order): UserKey(userId: order.userId)
        default: nil
        }
    }

    static func table(_ name: String) -> TableDefinition {
        TableDefinition(
            name, role: .state, columns: [Column("user_id", .text), Column("count", .int64)], key: ["user_id"])
    }
}

private protocol Tally: KeyedTable where Key == UserKey, State == Int64 {}

extension Tally {
    func newState(for key: UserKey) -> Int64 { 0 }
    static func encode(_ key: UserKey, into row: RowBatch) { row.put(key.userId) }
    static func encode(_ state: Int64, into row: RowBatch) { row.put(state) }
    static func key(of row: RowReader) throws(RowError) -> UserKey { UserKey(userId: try row.text(0)) }
    static func state(of row: RowReader) throws(RowError) -> Int64 { try row.int64(1) }

    func told(_ event: FoldEvent, _ what: String) -> [EventPayload] {
        [
            .notificationSend(
                NotificationSend(
                    notificationId: what, userId: event.decoded.payload.partitionKey, channel: .inApp,
                    category: "tally", title: what, body: what))
        ]
    }
}

/// Everything that a user did.
private struct Deeds: Tally {
    static let table = UserKey.table("deeds")
    func key(of event: FoldEvent) -> UserKey? { UserKey.of(event) }
    func fold(_ event: FoldEvent, into state: inout Int64) { state += 1 }
    func effects(of event: FoldEvent, before: Int64, after: Int64) -> [EventPayload] { told(event, "deed \(after)") }
}

/// Purchases alone; a sale is refused.
private struct Purchases: Tally {
    static let table = UserKey.table("purchases")

    func key(of event: FoldEvent) -> UserKey? {
        guard case .tradeExecuted = event.decoded.payload else { return nil }
        return UserKey.of(event)
    }

    func fold(_ event: FoldEvent, into state: inout Int64) throws(FoldRefusal) {
        guard case .tradeExecuted(let trade) = event.decoded.payload else { return }
        guard trade.side == .buy else { throw FoldRefusal("no_sales", "trade \(trade.tradeId) is a sale") }
        state += 1
    }

    func effects(of event: FoldEvent, before: Int64, after: Int64) -> [EventPayload] {
        told(event, "purchase \(after)")
    }
}

/// One row a symbol, beside the rows by user.
private struct Prices: KeyedTable {
    struct Key: LaneKey {
        let symbol: String
        var partitionKey: String { symbol }
    }

    static let table = TableDefinition(
        "prices", role: .state, columns: [Column("symbol", .text), Column("price_e8", .int64)], key: ["symbol"])

    func key(of event: FoldEvent) -> Key? {
        guard case .marketUpdated = event.decoded.payload else { return nil }
        return Key(symbol: event.decoded.payload.partitionKey)
    }

    func newState(for key: Key) -> Price { .zero }

    func fold(_ event: FoldEvent, into state: inout Price) {
        guard case .marketUpdated(let tick) = event.decoded.payload else { return }
        state = max(state, tick.lastPrice)
    }

    static func encode(_ key: Key, into row: RowBatch) { row.put(key.symbol) }
    static func encode(_ state: Price, into row: RowBatch) { row.put(state.units) }
    static func key(of row: RowReader) throws(RowError) -> Key { Key(symbol: try row.text(0)) }
    static func state(of row: RowReader) throws(RowError) -> Price { Price(units: try row.int64(1)) }
}

private struct Together: CombinedView {
    static let name = "together"
    static let foldNumber = 1
    static let tables: [any KeyedTable.Type] = [Deeds.self, Purchases.self, Prices.self]
    static let presentation: [ViewSchema.Presentation] = []
}

/// A view of several keyed tables: an event counts in all that it concerns, or in none.
@Suite struct CombinedFoldTests {
    private typealias Fold = CombinedFold<Together>
    private static let inputs: [EventKind] = [.tradeExecuted, .orderUpdated, .marketUpdated]

    private func update(_ id: String) -> DecodedEvent {
        DecodedEvent(
            .orderUpdated(OrderUpdated(orderId: "o", userId: "u1", status: .open)), id: id, time: minute(1))
    }

    private func tick(_ price: String) throws -> DecodedEvent {
        DecodedEvent(
            .marketUpdated(MarketUpdated(exchange: "NSE", symbol: "A", lastPrice: try Price(parsing: price))), id: "m",
            time: minute(1))
    }

    @Test func anEventIsFoldedByEveryTableThatItConcerns() throws {
        try Given(
            [try executed("t1", "B1@1", at: 1), update("a"), try tick("7.5"), try tick("3")], inputs: Self.inputs
        )
        .whenEveryWay(Fold.self)
        .then("deeds", ["user_id": "u1", "count": "2"])
        .then("purchases", ["user_id": "u1", "count": "1"])
        .then("prices", ["symbol": "A", "price_e8": "7.5"])
    }

    @Test func whatOneTableRefusesNoTableFolds() throws {
        try Given(try executed("t1", "S1@1", at: 1), update("a"), try executed("t2", "B1@1", at: 2))
            .withoutParking().deliveredTwice(.wholeTape).inBatches(of: 1, 2).when(Fold.self)
            .thenRefused(1, "no_sales").thenRefused(4, "no_sales")
            .thenOutcome(2, .folded).thenOutcome(5, .duplicate)
            .then("deeds", ["count": "2"]).then("purchases", ["count": "1"])
    }

    @Test func effectsOfAllTablesAreOneEventsEffects() throws {
        let tape = EventTape(Self.inputs, [try executed("t1", "B1@1", at: 1), update("a")])
        let effects = try FoldRunner<Fold>.run(tape).effects
        #expect(effects.map { [$0.input, Int($0.offset), $0.ordinal] } == [[0, 0, 0], [0, 0, 1], [1, 0, 0]])
    }
}
