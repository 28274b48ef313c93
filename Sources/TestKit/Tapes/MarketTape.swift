import Domain
import Events

/// Random ticks of few symbols over two days: late ones, repeated ones, other sources, outside of sessions.
public struct MarketTape {
    public static let inputs: [EventKind] = [.marketUpdated]
    private var random: SeededRandom
    private var events: [DecodedEvent] = []
    private var clock: Int64
    /// By symbol, what was traded so far on the day.
    private var traded: [String: Int64] = [:]

    /// 2026-01-15, a Thursday, 08:50 in Kolkata.
    private static let start = Timestamp(CivilDate(dayNumber: 20_468), minutes: 8 * 60 + 50, offsetMinutes: 330)

    public static func make(seed: UInt64, count: Int) -> EventTape {
        var tape = MarketTape(random: SeededRandom(seed: seed))
        while tape.events.count < count { tape.step(of: count) }
        return EventTape(inputs, tape.events)
    }

    private init(random: SeededRandom) {
        self.random = random
        clock = Self.start.microseconds
    }

    private mutating func step(of count: Int) {
        if events.count == count / 2, clock < Self.start.microseconds + Timestamp.microsecondsPerDay {
            clock = Self.start.microseconds + Timestamp.microsecondsPerDay
            traded = [:]
        }
        clock += Int64.random(in: 0...200, using: &random) * 1_000_000
        if random.chance(10), !events.isEmpty {
            events.append(random.pick(events.suffix(30)))
        } else {
            events.append(tick())
        }
    }

    private mutating func tick() -> DecodedEvent {
        let symbol = random.pick(["SUMS", "CUMULATES", "MIXED"])
        let late = random.chance(20) ? Int64.random(in: 0...900, using: &random) * 1_000_000 : 0
        let quantity = Int64.random(in: 0...50, using: &random) * Fixed8.unitsPerOne
        traded[symbol, default: 0] += quantity
        let tellsVolume = symbol == "CUMULATES" ? random.chance(80) : symbol == "MIXED" && random.chance(50)
        let price = Price(units: Int64.random(in: 9_000_000_000...11_000_000_000, using: &random))
        // Distinct times: of two ticks at one moment the one behind in the log closes, so a repetition would count.
        let time = Timestamp(microseconds: clock - late + Int64(events.count))
        return DecodedEvent(
            .marketUpdated(
                MarketUpdated(
                    exchange: random.chance(90) ? "NSE" : "CRYPTO", symbol: symbol, lastPrice: price,
                    lastQuantity: random.chance(80) ? Quantity(units: quantity) : nil,
                    volume: tellsVolume ? Quantity(units: traded[symbol] ?? 0) : nil,
                    dayOpen: random.chance(10) ? price : nil, dayHigh: random.chance(5) ? price : nil,
                    previousClose: random.chance(10) ? price : nil,
                    bid: random.chance(30) ? price : nil, ask: random.chance(30) ? price : nil,
                    source: random.chance(90) ? "first" : random.pick(["second", nil]))),
            id: "m\(events.count)", time: time)
    }
}
