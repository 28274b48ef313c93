import Domain
import Events
import TestKit
import Testing

@testable import Projections

/// When rules and alerts fire, case by case.
@Suite struct ReactorTests {
    private let instrument = InstrumentKey(exchange: "NSE", symbol: "A")

    private func rule(_ id: String, _ low: Int64?, _ high: Int64?, active: Bool = true) -> DecodedEvent {
        DecodedEvent(
            .ruleChanged(
                RuleChanged(
                    ruleId: "r", userId: "u1", instrument: instrument, isActive: active, minPrice: low.map(price),
                    maxPrice: high.map(price), quantity: price(3))), id: id, time: minute(0))
    }

    private var rearmed: DecodedEvent {
        DecodedEvent(
            .ruleRearmed(RuleRearmed(ruleId: "r", userId: "u1", instrument: instrument, isActive: true)), id: "again",
            time: minute(0))
    }

    private func alert(
        _ condition: AlertCondition, _ threshold: Int64, upper: Int64? = nil, cooldown: Int64? = nil,
        once: Bool = false,
        channels: [NotificationChannel] = []
    ) -> DecodedEvent {
        DecodedEvent(
            .alertChanged(
                AlertChanged(
                    alertId: "a", userId: "u1", instrument: instrument, condition: condition, isActive: true,
                    threshold: price(threshold), upper: upper.map(price), cooldownSeconds: cooldown, isOnce: once,
                    channels: channels)), id: "d", time: minute(0))
    }

    private func price(_ whole: Int64) -> Fixed8 { Fixed8(units: whole * Fixed8.unitsPerOne) }

    private func tick(_ whole: Int64, at second: Int64, close: Int64? = nil) -> DecodedEvent {
        DecodedEvent(
            .marketUpdated(
                MarketUpdated(
                    exchange: "NSE", symbol: "A", lastPrice: price(whole), previousClose: close.map(price))),
            id: "t", time: Timestamp(microseconds: second * 1_000_000))
    }

    private func ticks(_ prices: Int64...) -> [DecodedEvent] {
        prices.enumerated().map { tick($0.element, at: Int64($0.offset)) }
    }

    /// The prices that fired.
    private func rules(_ events: [DecodedEvent]) throws -> [String] {
        try FoldRunner<ReactorFold<RulesReactor>>.run(EventTape(TriggersTape.ruleInputs, events), .live(2)).effects
            .compactMap { if case .cartChanged(let change) = $0.payload { change.price?.description } else { nil } }
    }

    private func alerts(_ events: [DecodedEvent]) throws -> [String] {
        try FoldRunner<ReactorFold<AlertsReactor>>.run(EventTape(TriggersTape.alertInputs, events), .live(2)).effects
            .compactMap { if case .alertTriggered(let alert) = $0.payload { alert.price.description } else { nil } }
    }

    @Test func aRuleFiresWhenThePriceEntersItsRange() throws {
        #expect(try rules([rule("1", 10, 20)] + ticks(9, 10, 15, 20, 21, 20, 9, 30, 9)) == ["10", "20"])
        #expect(try rules([rule("1", nil, 10)] + ticks(11, 10, 9, 11, 1)) == ["10", "1"])
        #expect(try rules([rule("1", 10, nil)] + ticks(15, 16, 9, 10)) == ["15", "10"])
    }

    @Test func aRuleThatIsNewOrChangedFiresInsideItsRange() throws {
        #expect(try rules(ticks(15) + [rule("1", 10, 20)] + [tick(15, at: 5), tick(16, at: 6)]) == ["15"])
        #expect(
            try rules([rule("1", 10, 20), tick(15, at: 1), rule("2", 10, 18), tick(15, at: 2), tick(15, at: 3)])
                == ["15", "15"])
        #expect(try rules([rule("1", 10, 20), tick(15, at: 1), rule("1", 10, 20), tick(16, at: 2)]) == ["15"])
    }

    @Test func aRuleFiresAgainOnceItsItemLeftTheCart() throws {
        #expect(
            try rules([rule("1", 10, 20), tick(15, at: 1), rearmed, tick(16, at: 2), tick(17, at: 3)]) == ["15", "16"])
        #expect(try rules([rearmed, tick(15, at: 1)]).isEmpty)
        #expect(try rules([rule("1", 10, 20), rule("2", 10, 20, active: false), tick(15, at: 1)]).isEmpty)
    }

    @Test func aLateTickFiresNothingAndMovesNothing() throws {
        #expect(
            try rules([rule("1", 10, 20), tick(9, at: 5), tick(15, at: 4), tick(9, at: 6), tick(10, at: 6)]) == ["10"])
    }

    @Test func crossingsNeedAPriceBefore() throws {
        #expect(try alerts([alert(.crossesAbove, 10)] + ticks(11, 9, 10, 11, 9, 30)) == ["10", "30"])
        #expect(try alerts([alert(.crossesBelow, 10)] + ticks(9, 11, 10, 9)) == ["10"])
        #expect(try alerts(ticks(9) + [alert(.crossesAbove, 10), tick(10, at: 5)]) == ["10"])
    }

    @Test func theOthersFireWhenTheyComeToHold() throws {
        #expect(try alerts([alert(.above, 10)] + ticks(11, 12, 9, 10)) == ["11", "10"])
        #expect(try alerts([alert(.below, 10)] + ticks(11, 10, 9)) == ["10"])
        #expect(try alerts([alert(.inRange, 10, upper: 12)] + ticks(9, 13, 12, 10, 9, 10)) == ["12", "10"])
    }

    @Test func percentIsAgainstThePreviousClose() throws {
        let rise = alert(.percentChange, 5)
        #expect(
            try alerts([
                rise, tick(200, at: 0), tick(104, at: 1, close: 100), tick(105, at: 2), tick(106, at: 3, close: 102),
                tick(108, at: 4),
            ]) == ["105", "108"])
        #expect(
            try alerts([alert(.percentChange, -5), tick(96, at: 1, close: 100), tick(95, at: 2), tick(94, at: 3)])
                == ["95"])
        // 2/3 % is not 1 %, and 1/3 % is not 0 %.
        #expect(try alerts([alert(.percentChange, 1), tick(302, at: 1, close: 300), tick(303, at: 2)]) == ["303"])
    }

    @Test func aNewDayHasAnotherPreviousClose() throws {
        // Friday 2 January 1970 begins 18.5 hours into the Thursday of UTC.
        let begin: Int64 = 66_600
        let day = [alert(.percentChange, 5), tick(105, at: 1, close: 100)]
        #expect(try alerts(day + [tick(104, at: begin - 2), tick(105, at: begin - 1)]) == ["105", "105"])
        #expect(try alerts(day + [tick(104, at: begin - 1), tick(105, at: begin)]) == ["105"])
        // Looked at anew once the day's close is told.
        #expect(try alerts(day + [tick(90, at: begin), tick(106, at: begin + 1, close: 101)]) == ["105"])
        #expect(try alerts(day + [tick(90, at: begin), tick(107, at: begin + 1, close: 101)]) == ["105", "107"])
        #expect(try alerts(day + [tick(107, at: begin + 1, close: 101)]) == ["105"])
    }

    @Test func aCooldownSilencesAndThenRepeats() throws {
        let alert = alert(.above, 10, cooldown: 60)
        #expect(
            try alerts([
                alert, tick(11, at: 0), tick(9, at: 10), tick(12, at: 20), tick(13, at: 59), tick(14, at: 60),
                tick(15, at: 61), tick(9, at: 130), tick(16, at: 140),
            ]) == ["11", "14", "16"])
    }

    @Test func onceIsOnceUntilItIsChanged() throws {
        #expect(try alerts([alert(.above, 10, once: true)] + ticks(11, 9, 11, 9, 12)) == ["11"])
    }

    @Test func everyChannelIsToldOnce() throws {
        let events = [alert(.above, 10, channels: [.email, .webhook, .email]), tick(11, at: 1)]
        let effects = try FoldRunner<ReactorFold<AlertsReactor>>.run(EventTape(TriggersTape.alertInputs, events))
            .effects
        let told = effects.compactMap { effect -> NotificationSend? in
            if case .notificationSend(let body) = effect.payload { body } else { nil }
        }
        #expect(told.map(\.channel) == [.email, .webhook])
        #expect(told.map(\.notificationId) == ["alert:email:a:NSE:A:1000000@0", "alert:webhook:a:NSE:A:1000000@0"])
        #expect(told.first?.title == "NSE:A is at or above 10")
    }

    @Test func whatItTellsIsTakenWhereItIsRead() throws {
        let long = String(repeating: "i", count: EventsLimits.maximumIdentifierCharacters)
        let symbol = InstrumentKey(exchange: "NSE", symbol: String(repeating: "S", count: 64))
        let events = [
            DecodedEvent(
                .ruleChanged(RuleChanged(ruleId: long, userId: "u", instrument: symbol, isActive: true)), id: "r",
                time: minute(0)),
            DecodedEvent(
                .marketUpdated(MarketUpdated(exchange: "NSE", symbol: symbol.symbol, lastPrice: .one)), id: "t",
                time: minute(1)),
        ]
        let effects = try FoldRunner<ReactorFold<RulesReactor>>.run(EventTape(TriggersTape.ruleInputs, events)).effects
        #expect(effects.count == 2)
        for effect in effects {
            let event = DecodedEvent(effect.payload, id: "x", time: effect.time)
            let read = try EventEncoder().withStructured(event) {
                try EventDecoder().decode(effect.payload.kind, value: $0)
            }
            #expect(read.payload == effect.payload)
        }
    }

    @Test func aSymbolTakesSoManyDefinitions() throws {
        let events = [rule("1", 10, 20), rule("2", 10, 21), tick(15, at: 1)]
        let other = DecodedEvent(
            .ruleChanged(RuleChanged(ruleId: "other", userId: "u2", instrument: instrument, isActive: true)), id: "o",
            time: minute(0))
        let run = try FoldRunner<ReactorFold<RulesReactor>>.run(
            EventTape(TriggersTape.ruleInputs, events + [other])
        ) { mode in
            let fold = ReactorFold<RulesReactor>(mode: mode, lane: 0)
            fold.maximumWatchesPerSymbol = 1
            return fold
        }
        #expect(run.outcomes.filter { if case .refused("too_many_watches", _) = $0 { true } else { false } }.count == 1)
        #expect(run.outcomes.filter { $0 == .folded }.count == 3)
    }

    @Test func onlyWhatChangedIsWritten() throws {
        let fold = ReactorFold<RulesReactor>(mode: .live, lane: 0)
        let writes = WriteSet(RulesReactor.schema, insertLayout: .arrays)
        func rows(_ events: [DecodedEvent]) -> [Int] {
            let tape = EventTape(TriggersTape.ruleInputs, events)
            _ = fold.reads(for: tape.events[...])
            for event in tape.events { _ = fold.fold(event) }
            writes.clear()
            fold.drain(into: writes, state: true)
            fold.committed()
            return writes.tables.map(\.rowCount)
        }
        #expect(rows([rule("1", 10, 20)]) == [1, 0, 1])
        #expect(rows([tick(9, at: 1)]) == [1, 1, 0], "it is fresh no more")
        #expect(rows((2...900).map { tick($0 % 2 == 0 ? 15 : 9, at: $0) }) == [0, 1, 0])
    }
}
