import Domain
import Testing

@Suite("Candles from real minute bars")
struct CandleRealDataTests {
    private static let names = ["ASIANPAINT", "AXISBANK", "HINDALCO", "INFY", "MARUTI"]

    /// A bar as design §8 turns it into ticks: open, high, low, close in the order that fits; the close brings the
    /// volume a microsecond before the bar ends.
    private func ticks(of bar: [String], offset: Int64) throws -> [CandleTick] {
        let start = try Timestamp(parsing: bar[1].replacing(" ", with: "T") + "+05:30")
        let (open, high) = (try Price(parsing: bar[2]), try Price(parsing: bar[3]))
        let (low, close) = (try Price(parsing: bar[4]), try Price(parsing: bar[5]))
        let middle = close >= open ? [low, high] : [high, low]
        return try ([open] + middle + [close]).enumerated().map { index, price in
            let isLast = index == 3
            let delta = isLast ? Timestamp.microsecondsPerMinute - 1 : Int64(index) * 15_000_000
            return CandleTick(
                time: start.adding(microseconds: delta), offset: offset + Int64(index), price: price,
                lastQuantity: isLast ? try Quantity(parsing: bar[6]) : nil)
        }
    }

    @Test(
        "Half hours equal the provider's",
        .enabled(if: SharedData.isPresent("nse-minute-2016"), "needs ../shared/data"),
        arguments: names)
    func halfHours(name: String) throws {
        let schedule = try ExchangeCalendarTests.shipped().schedule("NSE")
        var days: [CivilDate: CandleDay] = [:]
        for (index, bar) in try SharedData.rows("nse-minute-2016/\(name).csv").enumerated() {
            for tick in try ticks(of: bar, offset: Int64(index) * 4) {
                let session = try #require(schedule.session(at: tick.order.time))
                days[session.tradingDay, default: CandleDay(session: session)].apply(tick)
            }
        }
        #expect(days.count == 18)
        let candles = days.values.flatMap { $0.candles(.thirtyMinutes) }
        let byStart = Dictionary(uniqueKeysWithValues: candles.map { ($0.start, $0) })
        var (compared, sameOpen) = (0, 0)
        for bar in try SharedData.rows("nse-30minute-2016/\(name).csv") {
            let start = try Timestamp(parsing: bar[1].replacing(" ", with: "T") + "+05:30")
            guard let candle = byStart[start] else { continue }
            compared += 1
            sameOpen += try candle.open == Price(parsing: bar[2]) ? 1 : 0
            #expect(try candle.high == Price(parsing: bar[3]), "\(start)")
            #expect(try candle.low == Price(parsing: bar[4]), "\(start)")
            #expect(try candle.close == Price(parsing: bar[5]), "\(start)")
            #expect(try candle.volume == Amount(parsing: bar[6]), "\(start)")
            #expect(!candle.isPartial)
        }
        #expect(compared == byStart.count && compared == 18 * 13)
        #expect(sameOpen >= compared - 10)
    }
}
