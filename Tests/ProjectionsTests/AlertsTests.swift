import Domain
import Events
import TestKit
import Testing

@testable import Projections

/// The view of alerts: definitions by symbol, what they fired by user.
@Suite struct AlertsTests {
    private typealias Fold = CombinedFold<AlertsView>
    private static let inputs: [EventKind] = [.alertChanged, .alertTriggered]
    private let instrument = InstrumentKey(exchange: "NSE", symbol: "A")

    private func defined(_ id: String, _ alert: String, threshold: String, at time: Int, isActive: Bool = true) throws
        -> DecodedEvent
    {
        DecodedEvent(
            .alertChanged(
                AlertChanged(
                    alertId: alert, userId: "u1", instrument: instrument, condition: .above, isActive: isActive,
                    threshold: try Fixed8(parsing: threshold), channels: [.email])), id: id, time: minute(time))
    }

    private func fired(_ id: String, _ alert: String, price: String, at time: Int) throws -> DecodedEvent {
        DecodedEvent(
            .alertTriggered(
                AlertTriggered(
                    alertId: alert, userId: "u1", instrument: instrument, price: try Price(parsing: price),
                    condition: .above)), id: id, time: minute(time), source: "/tapefold/triggers")
    }

    @Test func theLatestDefinitionAndEveryFiringAreKept() throws {
        try Given(
            [
                try defined("a", "a1", threshold: "10", at: 1), try fired("f1", "a1", price: "10.5", at: 2),
                try defined("b", "a1", threshold: "12", at: 3, isActive: false),
                try fired("f2", "a1", price: "12", at: 4),
                try fired("f3", "a1", price: "11", at: 3), try fired("f4", "unheard of", price: "1", at: 1),
            ], inputs: Self.inputs
        ).whenEveryWay(Fold.self)
            .then("alerts", ["alert_id": "a1", "threshold_e8": "12", "is_active": "false", "channels": #"["email"]"#])
            .then(
                "alert_firings", ["alert_id": "a1", "times": "3", "last_price_e8": "12"],
                ["alert_id": "unheard of", "times": "1", "last_price_e8": "1"]
            )
            .then(
                "alert_history", ["event_id": "f1", "price_e8": "10.5"], ["event_id": "f2", "price_e8": "12"],
                ["event_id": "f3", "price_e8": "11"], ["event_id": "f4", "price_e8": "1"])
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>) func whatTheReactorDecidesIsCounted(seed: UInt64) throws {
        let tape = TriggersTape.alerts(seed: seed, count: 300)
        let run = try FoldRunner<ReactorFold<AlertsReactor>>.run(tape)
        var events = tape.events.map(\.decoded).filter { $0.kind == .alertChanged }
        for (index, effect) in run.effects.enumerated() {
            events.append(DecodedEvent(effect.payload, id: "t\(index)", time: effect.time))
        }
        let decisions = Dictionary(grouping: NaiveTriggers(tape.events, calendar: .ofProcess).decisions) {
            "\($0.userId) \($0.id) \($0.symbol)"
        }
        let folded = try FoldRunner<Fold>.run(EventTape(Self.inputs, events))
        var times: [String: Int] = [:]
        for row in try folded.store.presented("alert_firings") {
            times["\(row["user_id"] ?? "") \(row["alert_id"] ?? "") \(row["symbol"] ?? "")", default: 0] +=
                Int(row["times"] ?? "") ?? 0
        }
        #expect(times == decisions.mapValues(\.count))
    }
}
