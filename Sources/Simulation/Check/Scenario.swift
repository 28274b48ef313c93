import Domain
import Engine
import Events
import Kafka
import Projections
import TestKit

/// What a run folds: a view, random events for it, and what the rows must be in the end.
package struct Scenario: Sendable {
    package let name: String
    /// With the lanes of one run; every input's misplaced records are this view's to reroute.
    package internal(set) var view: ViewConfiguration
    let fold: any ViewFold.Type
    let events: @Sendable (_ seed: UInt64, _ count: Int) -> [DecodedEvent]
    /// The event with an id that the database refuses to store.
    let poisoned: @Sendable (DecodedEvent) -> DecodedEvent
    /// What differs from the naive oracle's answer; the events are those in place, lane by lane.
    let difference: @Sendable (MemoryViewStore, [FoldEvent]) throws -> String?

    /// Stands in the ids of poisoned events.
    static let poison = "poison"

    package static let all = [positions, orders, market, analytics, rules]

    package static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }

    init(
        _ fold: any ViewFold.Type, _ policy: ParkingPolicy, _ inputs: [(String, EventKind)], outputs: [ViewOutput] = [],
        events: @escaping @Sendable (UInt64, Int) -> [DecodedEvent],
        poisoned: @escaping @Sendable (DecodedEvent) -> DecodedEvent,
        difference: @escaping @Sendable (MemoryViewStore, [FoldEvent]) throws -> String?
    ) {
        name = fold.schema.name
        self.fold = fold
        self.events = events
        self.poisoned = poisoned
        self.difference = difference
        view = ViewConfiguration(
            definition: fold.schema,
            inputs: inputs.map {
                ViewInput(topic: $0.0, kind: $0.1, partitioner: .murmur2, isHome: true, isComplete: true)
            }, lanes: 1, policy: policy, outputs: outputs)
    }

    func with(lanes: Int) -> Scenario {
        var copy = self
        copy.view = ViewConfiguration(
            definition: view.definition, inputs: view.inputs, lanes: lanes, policy: view.policy, outputs: view.outputs)
        return copy
    }

    private static let users = ["u1", "u2", "u3", "u4", "u5"]

    private static let positions = Scenario(
        PositionsFold.self, .park, [("trades.executed", .tradeExecuted), ("trades.corrected", .tradeCorrected)]
    ) { seed, count in
        PositionsTape.make(seed: seed, count: count, users: users).events.map(\.decoded)
    } poisoned: { event in
        guard case .tradeExecuted(var trade) = event.payload else { return event }
        trade.tradeId = "\(poison) \(trade.tradeId)"
        return DecodedEvent(envelope: event.envelope, payload: .tradeExecuted(trade))
    } difference: { store, events in
        let oracle = try NaivePositions(events.map(\.decoded)).rows()
        return try store.difference("trades", NaivePositions.tradeColumns, oracle.trades)
            ?? store.difference("lot_closures", NaivePositions.closureColumns, oracle.closures)
            ?? store.difference("positions", NaivePositions.positionColumns, oracle.positions)
    }

    private static let orders = Scenario(
        OrdersFold.self, .park,
        [
            ("orders.placed", .orderPlaced), ("orders.updated", .orderUpdated), ("orders.cancelled", .orderCancelled),
            ("trades.executed", .tradeExecuted),
        ],
        outputs: [
            ViewOutput(topic: "notifications.send", kind: .notificationSend, partitioner: .murmur2, partitions: 2)
        ]
    ) { seed, count in
        OrdersTape.make(seed: seed, count: count, users: users).events.map(\.decoded)
    } poisoned: { event in
        guard case .orderPlaced(var order) = event.payload else { return event }
        order.orderId = "\(poison) \(order.orderId)"
        return DecodedEvent(envelope: event.envelope, payload: .orderPlaced(order))
    } difference: { store, events in
        try store.difference("orders", NaiveOrders.columns, NaiveOrders(events.map(\.decoded)).rows())
    }

    private static let analytics = Scenario(
        AnalyticsFold.self, .park,
        [
            ("trades.executed", .tradeExecuted), ("trades.corrected", .tradeCorrected),
            ("payments.received", .paymentReceived),
        ]
    ) { seed, count in
        AnalyticsTape.make(seed: seed, count: count, users: users).events.map(\.decoded)
    } poisoned: { event in
        guard case .paymentReceived(var payment) = event.payload else { return event }
        payment.paymentId = "\(poison) \(payment.paymentId)"
        return DecodedEvent(envelope: event.envelope, payload: .paymentReceived(payment))
    } difference: { store, events in
        let decoded = events.map(\.decoded)
        let oracle = try NaiveAnalytics(decoded)
        return try store.difference("days", NaiveAnalytics.dayColumns, oracle.dayRows())
            ?? store.difference("payments", NaiveAnalytics.paymentColumns, oracle.paymentRows())
            ?? store.difference("trades", NaivePositions.tradeColumns, NaivePositions(decoded).rows().trades)
    }

    private static let market = Scenario(MarketFold.self, .skip, [("market.updates", .marketUpdated)]) { seed, count in
        MarketTape.make(seed: seed, count: count).events.map(\.decoded)
    } poisoned: { event in
        guard case .marketUpdated(var tick) = event.payload else { return event }
        tick.symbol = poison
        return DecodedEvent(envelope: event.envelope, payload: .marketUpdated(tick))
    } difference: { store, events in
        let oracle = NaiveMarket(events, calendar: try .standard()).rows()
        return try store.difference("quotes", NaiveMarket.quoteColumns, oracle.quotes)
            ?? store.difference("candles", NaiveMarket.candleColumns, oracle.candles)
    }
}

extension MemoryViewStore {
    /// What a table's rows, in these columns, have too much or too little.
    func difference(
        _ table: String, _ columns: Set<String>, _ expected: Set<PresentedRow>
    ) throws -> String? {
        let actual = Set(try presented(table).map { $0.filter { columns.contains($0.key) } })
        guard actual != expected else { return nil }
        func show(_ rows: Set<PresentedRow>) -> String {
            rows.prefix(2).map { $0.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ") }
                .joined(separator: "; ")
        }
        return "\(table) is not what the oracle says: surplus \(show(actual.subtracting(expected))), missing "
            + show(expected.subtracting(actual))
    }
}
