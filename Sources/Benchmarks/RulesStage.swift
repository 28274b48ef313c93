import Domain
import Events
import Projections

/// Ticks past rules and alerts that do not fire: the folds of both reactors alone.
enum RulesStage {
    static func run(_ options: BenchOptions) -> [BenchFigure] {
        [
            BenchFigure(
                "rules, \(BenchLimits.watches) that do not fire", rules(options), unit: "ticks/s", atLeast: 500_000),
            BenchFigure(
                "alerts, \(BenchLimits.watches) that do not fire", alerts(options), unit: "ticks/s", atLeast: 500_000),
        ]
    }

    /// Below and above where the ticks go.
    private static func rules(_ options: BenchOptions) -> Double {
        measure(ReactorFold<RulesReactor>.self, ruleInput: 0, tickInput: 2) { index, instrument, random in
            let low = 40 + Int64(random.next() % 40)
            let isBelow = random.next() % 2 == 0
            return .ruleChanged(
                RuleChanged(
                    ruleId: "rule-\(index)", userId: "user-\(index % options.users)", instrument: instrument,
                    isActive: true, minPrice: price(isBelow ? low : low + 75),
                    maxPrice: price(isBelow ? low + 5 : low + 95)
                ))
        }
    }

    private static func alerts(_ options: BenchOptions) -> Double {
        let conditions = AlertCondition.allCases
        return measure(ReactorFold<AlertsReactor>.self, ruleInput: 0, tickInput: 1) { index, instrument, random in
            let condition = conditions[index % conditions.count]
            let distance = Int64(random.next() % 40)
            let threshold: Fixed8 =
                switch condition {
                case .above, .crossesAbove, .inRange: price(120 + distance)
                case .below, .crossesBelow: price(80 - distance)
                case .percentChange: price(distance % 2 == 0 ? 20 + distance : -20 - distance)
                }
            return .alertChanged(
                AlertChanged(
                    alertId: "alert-\(index)", userId: "user-\(index % options.users)", instrument: instrument,
                    condition: condition, isActive: true, threshold: threshold, upper: price(200),
                    cooldownSeconds: index % 3 == 0 ? 60 : nil))
        }
    }

    /// Ticks a second of one thread's time, reads and drains included.
    private static func measure<R: Reactor>(
        _: ReactorFold<R>.Type, ruleInput: Int, tickInput: Int,
        _ definition: (Int, InstrumentKey, inout SplitMix) -> EventPayload
    ) -> Double {
        var random = SplitMix(seed: 1)
        let instruments = (0..<BenchLimits.watchedSymbols).map { InstrumentKey(exchange: "NSE", symbol: "SYM\($0)") }
        let fold = ReactorFold<R>(mode: .live, lane: 0)
        let writes = WriteSet(R.schema, insertLayout: .arrays)
        func take(_ events: [FoldEvent]) {
            _ = fold.reads(for: events[...])
            events[...].lendEach { lent, _ in _ = fold.fold(lent.event) }
            fold.drain(into: writes, state: true)
            writes.clear()
            fold.committed()
        }
        take(
            (0..<BenchLimits.watches).map { index in
                let payload = definition(index, instruments[index % instruments.count], &random)
                return event(payload, id: "d\(index)", input: ruleInput, offset: index)
            })
        // The first ticks say where prices are; what is fresh is looked at once.
        take(instruments.indices.map { tick(instruments[$0], price(100), input: tickInput, offset: $0) })
        var spent = 0.0
        var done = 0
        while done < BenchLimits.watchTicks {
            let batch = (0..<batchTicks).map { index in
                // 90 to 110, in steps of 0.05.
                let price = Fixed8(units: Int64(1_800 + random.next() % 401) * 5_000_000)
                return tick(
                    instruments[Int(random.next() % UInt64(instruments.count))], price, input: tickInput,
                    offset: done + index)
            }
            let begun = threadSeconds()
            take(batch)
            spent += threadSeconds() - begun
            done += batch.count
        }
        precondition(fold.effects.pending.isEmpty)
        return Double(done) / spent
    }

    private static let batchTicks = 4_000

    private static func price(_ whole: Int64) -> Fixed8 { Fixed8(units: whole * Fixed8.unitsPerOne) }

    private static func tick(_ instrument: InstrumentKey, _ price: Price, input: Int, offset: Int) -> FoldEvent {
        event(
            .marketUpdated(
                MarketUpdated(
                    exchange: instrument.exchange, symbol: instrument.symbol, lastPrice: price,
                    previousClose: Fixed8(units: 100 * Fixed8.unitsPerOne))), id: "t", input: input, offset: offset)
    }

    private static func event(_ payload: EventPayload, id: String, input: Int, offset: Int) -> FoldEvent {
        let time = Timestamp(microseconds: 1_768_448_700_000_000 + Int64(offset))
        return FoldEvent(
            decoded: DecodedEvent(envelope: Envelope(id: id, source: "/bench", time: time), payload: payload),
            input: input, offset: Int64(offset))
    }
}
