import Domain
import Events
import Postgres
import Projections
import Supervision
import TestKit
import Testing

@testable import ReadAPI

/// Whether an alert is done and a rule armed says what it fired for, not how the clock of ticks stands to that of commands:
/// ticks of a history, or of a feed that counts in whole seconds, are older than the definitions that they fire.
@Suite struct DefinitionClockTests {
    private let instrument = InstrumentKey(exchange: "NSE", symbol: "A")
    /// 2026-01-15 09:15 in India; definitions come a day after the ticks.
    private static let tickSecond: Int64 = 1_768_448_700
    private static let commandSecond = tickSecond + 86_400

    private func tick(_ price: Int64, at second: Int64) -> DecodedEvent {
        DecodedEvent(
            .marketUpdated(
                MarketUpdated(
                    exchange: "NSE", symbol: "A", lastPrice: Fixed8(units: price * Fixed8.unitsPerOne))),
            id: "t\(second)",
            time: Timestamp(microseconds: (Self.tickSecond + second) * 1_000_000))
    }

    private func command(_ payload: EventPayload, _ id: String, at second: Int64) -> DecodedEvent {
        DecodedEvent(payload, id: id, time: Timestamp(microseconds: (Self.commandSecond + second) * 1_000_000))
    }

    private func alert(_ id: String, _ threshold: Int64, at second: Int64) -> DecodedEvent {
        command(
            .alertChanged(
                AlertChanged(
                    alertId: "a", userId: "u1", instrument: instrument, condition: .above, isActive: true,
                    threshold: Fixed8(units: threshold * Fixed8.unitsPerOne), isOnce: true)), id, at: second)
    }

    private func told(_ effects: [Effect], _ prefix: String, where isWanted: (EventPayload) -> Bool) -> [DecodedEvent] {
        effects.filter { isWanted($0.payload) }.enumerated().map { index, effect in
            DecodedEvent(effect.payload, id: "\(prefix)\(index)", time: effect.time, source: "/tapefold/\(prefix)")
        }
    }

    private func status(_ events: [DecodedEvent]) throws -> String? {
        let decided = try FoldRunner<ReactorFold<AlertsReactor>>.run(
            EventTape([.alertChanged, .marketUpdated], events), .live(1)
        ).effects
        let fired = told(decided, "triggers") { if case .alertTriggered = $0 { true } else { false } }
        let definitions = events.filter { $0.kind == .alertChanged }
        let folded = try FoldRunner<CombinedFold<AlertsView>>.run(
            EventTape([.alertChanged, .alertTriggered], definitions + fired))
        return try item("alerts", folded.store, CombinedFold<AlertsView>.schema)["status"]?.string
    }

    private func item(_ path: String, _ store: MemoryViewStore, _ view: ViewSchema) throws -> JSONValue {
        let url = try TemporaryPostgres.shared().freshDatabase()
        let connection = try PostgresConnection.connect(try PostgresConfiguration(url: url))
        try EngineSchema.create(on: connection)
        try EngineSchema.copy(store, of: view, to: connection)
        return try #require(try TestAPI(database: url).get("/v1/\(path)").items().first)
    }

    @Test func aSpentAlertIsDoneHoweverOldItsTick() throws {
        #expect(try status([alert("d1", 10, at: 0), tick(9, at: 0)]) == "ACTIVE")
        #expect(try status([alert("d1", 10, at: 0), tick(11, at: 0)]) == "DONE")
        // Changed after it fired, in the same second even, it waits again; and is done again.
        let changed = [alert("d1", 10, at: 0), tick(11, at: 0), alert("d2", 20, at: 0)]
        #expect(try status(changed + [tick(12, at: 1)]) == "ACTIVE")
        #expect(try status(changed + [tick(21, at: 1)]) == "DONE")
    }

    private func rule(_ id: String, at second: Int64, isActive: Bool = true) -> DecodedEvent {
        command(
            .ruleChanged(
                RuleChanged(
                    ruleId: "r", userId: "u1", instrument: instrument, isActive: isActive,
                    minPrice: Fixed8(units: 10 * Fixed8.unitsPerOne))), id, at: second)
    }

    private func rearmed(_ id: String, at second: Int64) -> DecodedEvent {
        command(
            .ruleRearmed(RuleRearmed(ruleId: "r", userId: "u1", instrument: instrument, isActive: true)), id, at: second
        )
    }

    private func armed(_ events: [DecodedEvent]) throws -> String? {
        let decided = try FoldRunner<ReactorFold<RulesReactor>>.run(
            EventTape([.ruleChanged, .ruleRearmed, .marketUpdated], events), .live(1)
        ).effects
        let fired = told(decided, "rules") { if case .cartChanged = $0 { true } else { false } }
        let folded = try FoldRunner<CombinedFold<CartView>>.run(
            EventTape(
                [.cartChanged, .ruleChanged, .ruleRearmed], events.filter { $0.kind != .marketUpdated } + fired))
        return try item("cart/rules", folded.store, CombinedFold<CartView>.schema)["armed"]?.text
    }

    @Test func aRuleIsArmedUntilItFiredForWhatHolds() throws {
        #expect(try armed([rule("d1", at: 0), tick(9, at: 0)]) == "true")
        let fired = [rule("d1", at: 0), tick(11, at: 0)]
        #expect(try armed(fired) == "false")
        #expect(try armed(fired + [rearmed("m1", at: 1)]) == "true")
        #expect(try armed(fired + [rearmed("m1", at: 1), tick(12, at: 1)]) == "false")
        #expect(try armed(fired + [rule("d2", at: 0)]) == "true")
        #expect(try armed(fired + [rule("d2", at: 0), tick(12, at: 1)]) == "false")
        #expect(try armed(fired + [rearmed("m1", at: 1), rule("d2", at: 2), tick(12, at: 1)]) == "false")
        // Taken away and made anew, it has lost its arming; it fired for what holds all the same.
        let anew = fired + [rearmed("m1", at: 1), rule("d2", at: 2, isActive: false), rule("d3", at: 3)]
        #expect(try armed(anew) == "true")
        #expect(try armed(anew + [tick(12, at: 1)]) == "false")
        #expect(try armed(anew + [tick(12, at: 1), rearmed("m2", at: 4)]) == "true")
    }
}
