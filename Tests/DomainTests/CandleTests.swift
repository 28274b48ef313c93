import Domain
import TestKit
import Testing

/// What the candle suite drives.
protocol CandleRig {
    mutating func record(_ tick: CandleTick)
    func candles(_ interval: CandleInterval) -> [Candle]
}

extension NaiveCandles: CandleRig {}

extension CandleDay: CandleRig {
    mutating func record(_ tick: CandleTick) { apply(tick) }
}

enum CandleKind: String, CaseIterable, Sendable {
    case fast, naive

    func rig(_ session: SessionDay) -> any CandleRig {
        switch self {
        case .fast: CandleDay(session: session)
        case .naive: NaiveCandles(session: session)
        }
    }
}

/// A session of 2026-01-15, 09:15 to 15:30 in India.
func indianSession() throws -> SessionDay {
    try #require(
        try ExchangeCalendarTests.shipped().session("NSE", at: Timestamp(parsing: "2026-01-15T09:15:00+05:30")))
}

/// `"09:15:30 100 +5 =1005"`: time in India, price, quantity of the tick, volume of the day.
func tick(_ text: String, offset: Int64) throws -> CandleTick {
    let words = text.split(separator: " ")
    func value(_ sign: Character) throws -> Quantity? {
        try words.first { $0.first == sign }.map { try Quantity(parsing: String($0.dropFirst())) }
    }
    return CandleTick(
        time: try Timestamp(parsing: "2026-01-15T\(words[0])+05:30"), offset: offset,
        price: try Price(parsing: String(words[1])), lastQuantity: try value("+"), cumulativeVolume: try value("="))
}

@Suite("Candles, fast and naive")
struct CandleTests {
    private func fold(_ kind: CandleKind, _ texts: [String]) throws -> any CandleRig {
        var rig = kind.rig(try indianSession())
        for (index, text) in texts.enumerated() { rig.record(try tick(text, offset: Int64(index))) }
        return rig
    }

    /// `"09:15 open high low close volume"`, with `*` behind a partial candle.
    private func show(_ candles: [Candle]) -> [String] {
        candles.map { candle in
            let minutes = candle.start.adding(microseconds: 330 * Timestamp.microsecondsPerMinute).description
            return
                "\(minutes.dropFirst(11).prefix(5)) \(candle.open) \(candle.high) \(candle.low) \(candle.close) "
                + "\(candle.volume)\(candle.isPartial ? "*" : "")"
        }
    }

    @Test("An hour's candle starts at 09:15", arguments: CandleKind.allCases)
    func hoursStartAtTheOpen(kind: CandleKind) throws {
        let rig = try fold(kind, ["09:15:00 100 =10", "10:14:59.999999 105 =20", "10:15:00 99 =25", "15:29:00 98 =30"])
        #expect(
            show(rig.candles(.oneHour)) == ["09:15 100 105 100 105 20", "10:15 99 99 99 99 5", "15:15 98 98 98 98 5"])
        #expect(show(rig.candles(.oneDay)) == ["09:15 100 105 98 98 30"])
        #expect(show(rig.candles(.fifteenMinutes)).map { $0.prefix(5) } == ["09:15", "10:00", "10:15", "15:15"])
    }

    @Test("Pre-open folds into the first bucket, after the close into the last", arguments: CandleKind.allCases)
    func preOpenAndAfterClose(kind: CandleKind) throws {
        let rig = try fold(
            kind,
            [
                "08:59:59 1 =1", "09:07:00 100 =10", "09:15:30 101 =30", "15:29:59 110 =50", "15:41:00 112 =60",
                "16:00:00 1 =99",
            ])
        #expect(show(rig.candles(.oneMinute)) == ["09:15 100 101 100 101 30", "15:29 110 112 110 112 30"])
    }

    @Test("A late tick amends its candle and the volume of the next filled one", arguments: CandleKind.allCases)
    func lateTick(kind: CandleKind) throws {
        let rig = try fold(kind, ["09:15:00 100 =10", "09:20:00 101 =40", "09:22:00 102 =45", "09:15:59 90 =25"])
        #expect(
            show(rig.candles(.oneMinute)) == [
                "09:15 100 100 90 90 25", "09:20 101 101 101 101 15", "09:22 102 102 102 102 5",
            ])
        #expect(show(rig.candles(.fiveMinutes)) == ["09:15 100 100 90 90 25", "09:20 101 102 101 102 20"])
    }

    @Test("The same time: the offset decides", arguments: CandleKind.allCases)
    func equalTimes(kind: CandleKind) throws {
        var rig = kind.rig(try indianSession())
        for offset in [7, 3, 9, 5] { rig.record(try tick("09:15:00 \(offset)", offset: Int64(offset))) }
        #expect(show(rig.candles(.oneMinute)) == ["09:15 3 9 3 9 0"])
    }

    @Test("Without cumulative volume quantities add up; the day's first tick decides", arguments: CandleKind.allCases)
    func perTickVolume(kind: CandleKind) throws {
        let sums = try fold(kind, ["09:15:00 1 +10", "09:15:10 1 +5 =500", "09:16:00 1", "09:15:20 1 +0.5"])
        #expect(sums.candles(.oneMinute).map(\.volume.description) == ["15.5", "0"])
        let told = try fold(kind, ["09:15:00 1 +10 =10", "09:15:10 1 +5", "09:16:00 1 =30"])
        #expect(told.candles(.oneMinute).map(\.volume.description) == ["10", "20"])
    }

    @Test("A day joined late starts from the first tick's volume and says so", arguments: CandleKind.allCases)
    func joinedLate(kind: CandleKind) throws {
        let rig = try fold(kind, ["10:20:00 100 +7 =1007", "10:21:00 101 =1050"])
        #expect(show(rig.candles(.oneMinute)) == ["10:20 100 100 100 100 7*", "10:21 101 101 101 101 43"])
        #expect(show(rig.candles(.oneHour)) == ["10:15 100 101 100 101 50*"])
        #expect(show(rig.candles(.oneDay)) == ["09:15 100 101 100 101 50*"])
    }

    @Test("A late tick in the first minute makes the day whole", arguments: CandleKind.allCases)
    func madeWhole(kind: CandleKind) throws {
        let rig = try fold(kind, ["10:20:00 100 +7 =1007", "09:15:00 90 +100 =900"])
        #expect(show(rig.candles(.oneMinute)) == ["09:15 90 90 90 90 900", "10:20 100 100 100 100 107"])
    }

    @Test("Volume that goes back never counts below zero", arguments: CandleKind.allCases)
    func volumeGoesBack(kind: CandleKind) throws {
        let rig = try fold(kind, ["09:15:00 1 =100", "09:16:00 1 =90", "09:17:00 1 =95", "09:18:00 1 =120"])
        #expect(rig.candles(.oneMinute).map(\.volume.description) == ["100", "0", "0", "20"])
        #expect(rig.candles(.fiveMinutes).map(\.volume.description) == ["120"])
    }

    @Test func saysWhichMinutesChanged() throws {
        var day = CandleDay(session: try indianSession())
        func apply(_ text: String, _ offset: Int64) throws -> ClosedRange<Int>? {
            day.apply(try tick(text, offset: offset))
        }
        #expect(try apply("09:15:00 1 =10", 0) == 0...0)
        #expect(try apply("09:16:00 1 =20", 1) == 1...1)
        #expect(try apply("09:20:00 1 =30", 2) == 5...5)
        #expect(try apply("09:16:30 1 =15", 3) == 1...1)
        #expect(try apply("09:16:40 1 =25", 4) == 1...5)
        #expect(try apply("09:18:00 1 =26", 5) == 3...5)
        #expect(try apply("09:19:00 1", 6) == 4...4)
        #expect(try apply("08:00:00 1", 7) == nil)
        #expect(day.candle(.fiveMinutes, at: 1)?.volume.description == "4")
        #expect(day.candle(.oneDay, at: 0)?.volume.description == "30")
        #expect(day.candle(.oneDay, at: 1) == nil && day.candle(.oneMinute, at: 2) == nil)
        #expect(day.candle(.oneMinute, at: -1) == nil && day.candle(.oneMinute, at: 375) == nil)
        #expect(day.candles(.fiveMinutes, touching: 4...4).map(\.close.description) == ["1"])
    }

    @Test("An older tick never overwrites a quote")
    func quotes() throws {
        func order(_ time: Int64, _ offset: Int64) -> TickOrder {
            TickOrder(time: Timestamp(microseconds: time), offset: offset)
        }
        var quote = Quote(order: order(10, 5), lastPrice: .one)
        let stale = [order(9, 6), order(10, 5), order(10, 4)].map { quote.apply(order: $0, lastPrice: .maximum) }
        #expect(stale == [false, false, false])
        #expect(quote.lastPrice == .one)
        var details = QuoteDetails()
        details.previousClose = .one
        quote.apply(order: order(10, 6), lastPrice: .zero, details: details)
        quote.apply(order: order(11, 0), lastPrice: .maximum)
        #expect(quote.lastPrice == .maximum && quote.details.previousClose == .one)
    }
}
