import Domain
import Engine
import Events
import Foundation
import Importers
import Projections
import TestKit
import Testing

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
    ]

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
        let lacking = ViewRegistry.standard.names.filter { Self.oracles[$0] == nil }
        #expect(lacking.isEmpty, "add what compares them with an oracle to SimulatedMonthTests.oracles: \(lacking)")
    }

    @Test(arguments: ["real", "hostile"])
    func everyViewEqualsItsOracleLiveAndReplayed(disorder name: String) throws {
        let disorder = try #require(SimulatedDisorder.presets.first { $0.name == name }?.value)
        let events = try Self.decoded(disorder)
        let topology = try Topology.standard()
        for view in ViewRegistry.standard.names {
            let definition = try #require(topology.view(named: view))
            let inputs = topology.inputs(of: definition).compactMap(\.kind)
            let tape = EventTape(inputs, events)
            #expect(!tape.events.isEmpty, "view \(view) was given nothing")
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
