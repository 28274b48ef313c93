import Domain
import Events
import TestKit
import Testing

@testable import Projections

/// Given ticks, when they are folded, then these rows.
@Suite struct MarketFoldTests {
    private static let ways: [FoldOptions] = [.live(1), .live(100), .rebuild(2), .rebuild(tail: 1, 100)]

    private func fold(_ events: [DecodedEvent], _ options: FoldOptions) throws -> FoldRun {
        try FoldRunner<MarketFold>.run(EventTape(MarketTape.inputs, events), options, parks: false)
    }

    /// Thursday 2026-01-15 in Kolkata, or so many days later; `clock` as `0915` with seconds apart.
    private func tick(
        days: Int = 0, _ clock: Int, _ seconds: Int = 0, price: Int, quantity: Int? = nil, volume: Int? = nil,
        close: Int? = nil, source: String? = nil,
        id: String? = nil
    ) throws -> DecodedEvent {
        let start = Timestamp(
            CivilDate(dayNumber: 20_468).adding(days: days), minutes: clock / 100 * 60 + clock % 100, offsetMinutes: 330
        )
        let update = MarketUpdated(
            exchange: "NSE", symbol: "A", lastPrice: try Price(whole: price),
            lastQuantity: try quantity.map { try Quantity(whole: $0) },
            volume: try volume.map { try Quantity(whole: $0) }, previousClose: try close.map { try Price(whole: $0) },
            source: source)
        return DecodedEvent(
            .marketUpdated(update), id: id ?? "\(clock)-\(seconds)-\(price)",
            time: start.adding(microseconds: Int64(seconds) * 1_000_000))
    }

    private func candles(_ run: FoldRun, _ interval: String) throws -> [[String]] {
        try run.store.presented("candles").filter { $0["interval_code"] == interval }.map { row in
            ["open_e8", "high_e8", "low_e8", "close_e8", "volume"].map { row[$0] ?? "null" }
        }
    }

    @Test(arguments: ways) func hoursStartAtTheOpen(options: FoldOptions) throws {
        let run = try fold(
            [
                tick(905, price: 99, volume: 5), tick(1014, 59, price: 101, volume: 7),
                tick(1015, price: 102, volume: 9),
            ],
            options)
        #expect(try candles(run, "1h") == [["99", "101", "99", "101", "7"], ["102", "102", "102", "102", "2"]])
        #expect(try candles(run, "1d") == [["99", "102", "99", "102", "9"]])
        let hours = try run.store.presented("candles").filter { $0["interval_code"] == "1h" }
        #expect(hours.map { $0["start_at"] } == ["2026-01-15T03:45:00Z", "2026-01-15T04:45:00Z"])
    }

    @Test(arguments: ways) func aLateTickAmendsItsCandleAndTheNextFilled(options: FoldOptions) throws {
        let run = try fold(
            [
                tick(915, price: 100, volume: 10), tick(920, price: 101, volume: 30),
                tick(915, 30, price: 105, volume: 25),
            ], options)
        #expect(try candles(run, "1m") == [["100", "105", "100", "105", "25"], ["101", "101", "101", "101", "5"]])
    }

    @Test(arguments: ways) func aRepeatedQuantityIsAddedOnce(options: FoldOptions) throws {
        let first = try tick(915, price: 100, quantity: 5)
        let second = try tick(915, 10, price: 101, quantity: 3)
        let sameTime = try tick(915, 10, price: 102, quantity: 4)
        let run = try fold([first, second, sameTime, first, second, sameTime], options)
        #expect(try candles(run, "1m") == [["100", "102", "100", "102", "12"]])
        #expect(try run.store.rows("ticks").count == 3)
        #expect(Array(run.outcomes.suffix(3)) == [.duplicate, .duplicate, .duplicate])
    }

    @Test(arguments: ways) func theDaysFirstSourceMakesItsCandles(options: FoldOptions) throws {
        let run = try fold(
            [
                tick(850, price: 90, source: "early"), tick(915, price: 100, source: "one"),
                tick(916, price: 500, source: "two"), tick(917, price: 101, source: "one"),
            ], options)
        #expect(try candles(run, "1d") == [["100", "101", "100", "101", "0"]])
        #expect(try run.store.presented("quotes").first?["last_price_e8"] == "101")
        #expect(try run.store.rows("ticks").count == 4)
    }

    @Test(arguments: ways) func anOlderTickLeavesTheQuote(options: FoldOptions) throws {
        let run = try fold([tick(930, price: 100), tick(920, price: 50), tick(1700, price: 80)], options)
        let quote = try #require(run.store.presented("quotes").first)
        #expect(quote["last_price_e8"] == "80")
        #expect(try candles(run, "1d") == [["50", "100", "50", "100", "0"]])
    }

    @Test(arguments: ways) func aNewDayForgetsWhatTheDayBeforeTold(options: FoldOptions) throws {
        func shown(_ more: [DecodedEvent]) throws -> [String?] {
            let run = try fold([tick(1500, price: 100, quantity: 3, volume: 70)] + more, options)
            let quote = try #require(run.store.presented("quotes").first)
            return ["last_price_e8", "last_quantity_e8", "volume_e8"].map { quote[$0] }
        }
        #expect(try shown([tick(2000, price: 99)]) == ["99", "3", "70"])
        // Friday before the pre-open, at it, and on the Saturday that follows.
        #expect(try shown([tick(days: 1, 859, price: 98)]) == ["98", "3", "70"])
        #expect(try shown([tick(days: 1, 900, price: 97)]) == ["97", nil, nil])
        #expect(try shown([tick(days: 2, 1100, price: 96)]) == ["96", nil, nil])
        #expect(
            try shown([tick(days: 1, 915, price: 95, volume: 4), tick(days: 3, 100, price: 94, quantity: 1)])
                == ["94", "1", "4"])
    }

    @Test(arguments: ways) func aDaysCloseMayBeToldBeforeItsPreOpen(options: FoldOptions) throws {
        func close(_ more: [DecodedEvent]) throws -> String? {
            let run = try fold([tick(1500, price: 100, close: 90)] + more, options)
            return try #require(run.store.presented("quotes").first)["previous_close_e8"]
        }
        #expect(try close([tick(1900, price: 100)]) == "90")
        #expect(try close([tick(days: 1, 850, price: 100)]) == nil)
        #expect(try close([tick(days: 1, 850, price: 100, close: 99), tick(days: 1, 916, price: 101)]) == "99")
        #expect(try close([tick(days: 1, 916, price: 101, close: 99), tick(days: 3, 1200, price: 101)]) == "99")
        #expect(try close([tick(days: 1, 916, price: 101, close: 99), tick(days: 4, 100, price: 101)]) == nil)
    }

    @Test func ticksAreLeftOutOnDemand() throws {
        let settings = MarketSettings(calendar: try .standard(), keepsTicks: false)
        let run = try FoldRunner<MarketFold>.run(
            EventTape(MarketTape.inputs, [tick(915, price: 100)]), parks: false
        ) { MarketFold(mode: $0, lane: 0, settings: settings) }
        #expect(try run.store.rows("ticks").isEmpty)
        #expect(try run.store.rows("candles").count == 6)
    }

    @Test func onlyWhatChangedIsWritten() throws {
        let fold = MarketFold(mode: .live, lane: 0)
        let writes = WriteSet(MarketFold.schema, insertLayout: .arrays)
        let events = try EventTape(
            MarketTape.inputs, [tick(915, price: 100), tick(1400, price: 101), tick(1400, 5, price: 102)]
        ).events
        for event in events.dropLast() { _ = fold.fold(event) }
        fold.drain(into: writes, state: true)
        fold.committed()
        writes.clear()
        #expect(fold.reads(for: events[2...]).isEmpty)
        _ = fold.fold(events[2])
        fold.drain(into: writes, state: true)
        #expect(writes.tables.map(\.upserts.rowCount) == [0, 1, 0, 6])
        #expect(writes.tables.map(\.inserts.rowCount) == [1, 0, 0, 0])
    }
}
