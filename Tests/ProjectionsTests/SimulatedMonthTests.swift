import Domain
import Engine
import Events
import Foundation
import Importers
import TestKit
import Testing

@testable import Projections

/// A month of many people, with all the disorder that the simulator knows, folded by every view of the registry: as its
/// oracle says, live and after a replay.
///
/// Small here; `TAPEFOLD_SIMULATED_MONTH=2000000 swift test --filter SimulatedMonthTests` folds a large one.
@Suite struct SimulatedMonthTests {
    private static let events =
        ProcessInfo.processInfo.environment["TAPEFOLD_SIMULATED_MONTH"].flatMap { Int($0) } ?? 6_000

    /// What compares a view's tables with what its events say, worked out the plainest way.
    private typealias Oracle = @Sendable (FoldRun, EventTape) throws -> Void

    private static let oracles: [String: Oracle] = [
        "market": { run, tape in
            let oracle = NaiveMarket(tape.events, calendar: try .standard()).rows()
            expectEqual(try rows(run.store, "quotes", NaiveMarket.quoteColumns), oracle.quotes, "quotes")
            expectEqual(try rows(run.store, "candles", NaiveMarket.candleColumns), oracle.candles, "candles")
            #expect(try run.store.rows("ticks").count == oracle.tickCount)
        },
        "positions": { run, tape in
            let oracle = try NaivePositions(tape.events.map(\.decoded)).rows()
            expectEqual(try rows(run.store, "trades", NaivePositions.tradeColumns), oracle.trades, "trades")
            expectEqual(
                try rows(run.store, "lot_closures", NaivePositions.closureColumns), oracle.closures, "closures")
            expectEqual(
                try rows(run.store, "positions", NaivePositions.positionColumns), oracle.positions, "positions")
        },
        "orders": { run, tape in
            expectEqual(
                try rows(run.store, "orders", NaiveOrders.columns), NaiveOrders(tape.events.map(\.decoded)).rows(),
                "orders")
        },
        "analytics": { run, tape in
            let oracle = try NaiveAnalytics(tape.events.map(\.decoded))
            expectEqual(try rows(run.store, "days", NaiveAnalytics.dayColumns), oracle.dayRows(), "days")
            expectEqual(
                try rows(run.store, "payments", NaiveAnalytics.paymentColumns), oracle.paymentRows(), "payments")
        },
        "cash": { run, tape in
            let oracle = try NaiveCash(tape.events.map(\.decoded))
            expectEqual(Set(try run.store.presented("cash_entries")), oracle.entries, "entries")
            let balances = try run.store.presented("cash_balances")
            #expect(balances.count == oracle.balances.count)
            for row in balances {
                let sums = try #require(oracle.balances[["user_id", "currency"].compactMap { row[$0] }])
                for (account, sum) in sums { #expect(row[account] == sum.description, "\(row)") }
            }
        },
        "cart": { run, tape in
            var carts: [String: [NaiveCart.Line]] = [:]
            for row in try run.store.presented("carts") {
                carts[row["user_id"] ?? ""] = try #require(CartCodec.decode(row["lines"] ?? "")).map {
                    NaiveCart.Line(
                        instrument: $0.instrument, quantity: $0.quantity.units, price: $0.price?.units, rules: $0.rules)
                }
            }
            #expect(carts == NaiveCart(tape.events.map(\.decoded)).carts)
        },
        "watchlists": { run, tape in
            expectEqual(
                try rows(run.store, "watchlists", NaiveLatest.watchlistColumns),
                NaiveLatest(tape.events.map(\.decoded)).watchlists, "watchlists")
        },
        "instruments": { run, tape in
            expectEqual(
                try rows(run.store, "instruments", NaiveLatest.instrumentColumns),
                NaiveLatest(tape.events.map(\.decoded)).instruments, "instruments")
        },
        "preferences": { run, tape in
            expectEqual(
                try rows(run.store, "preferences", NaiveLatest.preferenceColumns),
                NaiveLatest(tape.events.map(\.decoded)).preferences, "preferences")
        },
        "notifications": { run, tape in
            // What the orders view would tell is not on the tape; people read it all the same.
            let sent = try rows(run.store, "notifications", NaiveLatest.notificationColumns).filter {
                $0["title"] != nil
            }
            expectEqual(
                sent,
                NaiveLatest(tape.events.map(\.decoded)).notifications, "notifications")
        },
        "alerts": { run, tape in
            let oracle = NaiveLatest(tape.events.map(\.decoded))
            expectEqual(try rows(run.store, "alerts", NaiveLatest.alertColumns), oracle.alerts, "alerts")
            expectEqual(
                try rows(run.store, "alert_history", NaiveLatest.historyColumns), oracle.alertHistory, "alert history")
        },
    ]

    /// Views of what the simulator does not make: people say how they want to be told by hand.
    private static let unsimulated: Set = ["preferences"]

    /// Reactors are neither replayed nor compared: ReactorPropertyTests hold them to an oracle of their own.
    private static var views: [String] {
        ViewRegistry.standard.names.filter { !ViewRegistry.standard.isReactor($0) }
    }

    private static func decoded(_ disorder: SimulatedDisorder) throws -> [DecodedEvent] {
        var options = SimulatorOptions(
            events: events, users: max(20, events / 400), symbols: 30, seed: 77, kind: .days, days: 22)
        options.disorder = disorder
        var simulator = Simulator(options)
        let decoder = EventDecoder()
        var all: [DecodedEvent] = []
        try simulator.run { (topic, _, value) throws in
            let kind = try #require(EventKind(topic: topic))
            all.append(try decoder.decode(kind, value: value))
        }
        return all
    }

    @Test func everyViewHasAnOracleHere() {
        let lacking = Self.views.filter { Self.oracles[$0] == nil }
        #expect(lacking.isEmpty, "add what compares them with an oracle to SimulatedMonthTests.oracles: \(lacking)")
    }

    @Test(arguments: ["real", "hostile"])
    func everyViewEqualsItsOracleLiveAndReplayed(disorder name: String) throws {
        let disorder = try #require(SimulatedDisorder.presets.first { $0.name == name }?.value)
        let events = try Self.decoded(disorder)
        let topology = try Topology.standard()
        for view in Self.views {
            let definition = try #require(topology.view(named: view))
            let inputs = topology.inputs(of: definition).compactMap(\.kind)
            let tape = EventTape(inputs, events)
            #expect(tape.events.isEmpty == Self.unsimulated.contains(view), "view \(view): \(tape.events.count) events")
            try check(
                ViewRegistry.standard.fold(named: view), tape, parks: definition.policy == .park,
                oracle: Self.oracles[view])
        }
    }

    private func check<Fold: ViewFold>(
        _ fold: Fold.Type, _ tape: EventTape, parks: Bool, oracle: Oracle?
    ) throws {
        let live = try FoldRunner<Fold>.run(tape, .live(997, 3), parks: parks)
        let refused = live.count { if case .refused = $0 { true } else { false } }
        #expect(refused == 0, "view \(Fold.schema.name) refused \(refused)")
        let replayed = try FoldRunner<Fold>.run(tape, .rebuild(tail: tape.events.count / 10, 1_000), parks: parks)
        if let difference = try replayed.store.difference(from: live.store) {
            Issue.record("view \(Fold.schema.name), replayed: \(difference)")
        }
        try oracle?(live, tape)
        try oracle?(replayed, tape)
    }
}
