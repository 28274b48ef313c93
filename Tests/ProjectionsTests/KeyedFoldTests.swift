import Domain
import Events
import TestKit
import Testing

@testable import Projections

/// Counts what each user did, over topics with every rule of identity.
private struct Activity: KeyedView {
    struct Key: LaneKey {
        let userId: String
        var partitionKey: String { userId }
    }

    struct State {
        var orders: Int64 = 0
        var updates: Int64 = 0
        var trades: Int64 = 0
        var quantity = Quantity.zero
    }

    static let name = "activity"
    static let foldNumber = 1
    static let table = TableDefinition(
        "activity", role: .state,
        columns: [
            Column("user_id", .text), Column("orders", .int64), Column("updates", .int64), Column("trades", .int64),
            Column("quantity_e8", .int64),
        ], key: ["user_id"])
    static let presentation: [ViewSchema.Presentation] = []

    func key(of event: FoldEvent) -> Key? {
        event.decoded.kind == .orderCancelled ? nil : Key(userId: event.decoded.payload.partitionKey)
    }

    func newState(for key: Key) -> State { State() }

    func fold(_ event: FoldEvent, into state: inout State) throws(FoldRefusal) {
        switch event.decoded.payload {
        case .orderPlaced: state.orders += 1
        case .orderUpdated: state.updates += 1
        case .tradeExecuted(let trade):
            // Changed before it is refused: nothing of it may stay.
            state.trades += 1
            do throws(NumberError) { state.quantity = try state.quantity + trade.quantity } catch {
                throw FoldRefusal("too_much", "\(error)")
            }
        default: break
        }
    }

    static func encode(_ key: Key, into row: RowBatch) { row.put(key.userId) }

    static func encode(_ state: State, into row: RowBatch) {
        row.put(state.orders)
        row.put(state.updates)
        row.put(state.trades)
        row.put(state.quantity.units)
    }

    static func key(of row: RowReader) throws(RowError) -> Key { Key(userId: try row.text(0)) }

    static func state(of row: RowReader) throws(RowError) -> State {
        State(
            orders: try row.int64(1), updates: try row.int64(2), trades: try row.int64(3),
            quantity: Quantity(units: try row.int64(4)))
    }
}

/// Wrong: a symbol's trades lie in the lanes of many users.
private struct BySymbol: KeyedView {
    struct Key: LaneKey {
        let symbol: String
        var partitionKey: String { symbol }
    }

    static let name = "by_symbol"
    static let foldNumber = 1
    static let table = TableDefinition(
        "by_symbol", role: .state, columns: [Column("symbol", .text), Column("trades", .int64)], key: ["symbol"])
    static let presentation: [ViewSchema.Presentation] = []

    func key(of event: FoldEvent) -> Key? {
        guard case .tradeExecuted(let trade) = event.decoded.payload else { return nil }
        return Key(symbol: trade.symbol)
    }

    func newState(for key: Key) -> Int64 { 0 }
    func fold(_ event: FoldEvent, into state: inout Int64) { state += 1 }
    static func encode(_ key: Key, into row: RowBatch) { row.put(key.symbol) }
    static func encode(_ state: Int64, into row: RowBatch) { row.put(state) }
    static func key(of row: RowReader) throws(RowError) -> Key { Key(symbol: try row.text(0)) }
    static func state(of row: RowReader) throws(RowError) -> Int64 { try row.int64(1) }
}

/// What a keyed view gets without doing anything for it.
@Suite struct KeyedFoldTests {
    private typealias Fold = KeyedFold<Activity>

    @Test(arguments: 1...4 as ClosedRange<UInt64>) func rowsAreTheSameEveryWay(seed: UInt64) throws {
        let tape = OrdersTape.make(seed: seed, count: 150)
        try Given(tape.events.map(\.decoded), inputs: OrdersTape.inputs).whenEveryWay(Fold.self)
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>) func aSmallCacheChangesNothing(seed: UInt64) throws {
        let tape = OrdersTape.make(seed: seed, count: 150)
        let given = Given(tape.events.map(\.decoded), inputs: OrdersTape.inputs)
        let reference = try given.when(Fold.self)
        try given.inBatches(of: 2).when(Fold.self) { mode in
            let fold = Fold(mode: mode, lane: 0)
            fold.maximumCachedRows = 0
            return fold
        }.thenSame(as: reference)
    }

    @Test func eventsCountOnceByTheirTopicsIdentity() throws {
        let trade = try executed("x", "B1@1", at: 1)
        let placed = DecodedEvent(
            .orderPlaced(
                OrderPlaced(
                    orderId: "x", userId: "u1", exchange: "NSE", symbol: "A", side: .buy, quantity: .one,
                    orderType: .market)), id: "p", time: minute(1))
        let update = DecodedEvent(
            .orderUpdated(OrderUpdated(orderId: "x", userId: "u1", status: .open)), id: "x", time: minute(1))
        let fromElsewhere = DecodedEvent(update.payload, id: "x", time: minute(1), source: "/other")
        try Given(trade, placed, update, fromElsewhere).deliveredTwice(.wholeTape).when(Fold.self)
            .then("activity", ["user_id": "u1", "orders": "1", "updates": "2", "trades": "1"])
    }

    @Test func aRefusedEventLeavesTheRowAndIsNotRemembered() throws {
        let large = try executed("a", "B90000000000@1", at: 1)
        let tooMuch = try executed("b", "B90000000000@1", at: 2)
        let small = try executed("b", "B1@1", at: 3)
        for tail in [0, 1, 3] {
            try Given(large, tooMuch, small).withoutParking().inBatches(of: 1, 2).rebuilt(tail: tail).when(Fold.self)
                .thenRefused(2, "too_much")
                .thenOutcome(3, .folded)
                .then("activity", ["trades": "2", "quantity_e8": "90000000001"])
        }
    }

    @Test func whatTheViewHasNoKeyForIsSkipped() throws {
        let cancelled = DecodedEvent(
            .orderCancelled(OrderCancelled(orderId: "x", userId: "u1", reason: nil)), id: "k", time: minute(1))
        try Given(cancelled).when(Fold.self)
            .thenOutcome(1, .skipped(reason: "means nothing to view activity"))
            .then("activity").then("activity_events")
    }

    @Test func aRowOfTwoLanesIsRefused() throws {
        try Given(try executed("a", "B1@1", at: 1)).when(KeyedFold<BySymbol>.self)
            .thenRefused(1, "key_of_another_lane").then("by_symbol")
    }
}
