import Domain
import Foundation
import TestKit
import Testing

@Suite("Exchange calendar: the shipped file")
struct ExchangeCalendarTests {
    private let calendar: ExchangeCalendar

    init() throws { calendar = try Self.shipped() }

    static func shipped() throws -> ExchangeCalendar {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try ExchangeCalendar(json: Data(contentsOf: package.appending(path: "topology/calendar.json")))
    }

    private func session(_ exchange: String, _ time: String) throws -> SessionDay? {
        try calendar.session(exchange, at: Timestamp(parsing: time))
    }

    @Test(arguments: ["NSE", "BSE", "NFO", "BFO"])
    func equitySession(exchange: String) throws {
        let day = try #require(try session(exchange, "2026-01-15T09:15:00+05:30"))
        #expect(day.tradingDay.description == "2026-01-15")
        #expect(day.open.description == "2026-01-15T03:45:00Z" && day.close.description == "2026-01-15T10:00:00Z")
        #expect(day.minuteCount == 375)
    }

    @Test("The trading day is India's, not UTC's")
    func tradingDayInTheExchangesZone() throws {
        let schedule = calendar.schedule("NSE")
        #expect(try schedule.tradingDay(at: Timestamp(parsing: "2026-01-14T18:30:00Z")).description == "2026-01-15")
        #expect(try schedule.tradingDay(at: Timestamp(parsing: "2026-01-14T18:29:59Z")).description == "2026-01-14")
        #expect(schedule.zone == "Asia/Kolkata")
    }

    @Test func preOpenAndCutOff() throws {
        #expect(try session("NSE", "2026-01-15T08:59:59.999999+05:30") == nil)
        #expect(
            try session("NSE", "2026-01-15T09:00:00+05:30")?.minute(at: Timestamp(parsing: "2026-01-15T09:07:00+05:30"))
                == 0)
        let day = try #require(try session("NSE", "2026-01-15T15:59:59.999999+05:30"))
        #expect(try day.minute(at: Timestamp(parsing: "2026-01-15T15:29:59.999999+05:30")) == 374)
        #expect(try day.minute(at: Timestamp(parsing: "2026-01-15T15:30:00+05:30")) == 374)
        #expect(try day.minute(at: Timestamp(parsing: "2026-01-15T15:59:59+05:30")) == 374)
        #expect(try session("NSE", "2026-01-15T16:00:00+05:30") == nil)
    }

    @Test(
        "A session began between two moments",
        arguments: [
            ("2026-01-15T14:00", "2026-01-15T20:00", false), ("2026-01-15T20:00", "2026-01-16T08:59", false),
            ("2026-01-15T20:00", "2026-01-16T09:00", true), ("2026-01-16T09:00", "2026-01-16T15:00", false),
            ("2026-01-15T20:00", "2026-01-17T11:00", true), ("2026-01-16T20:00", "2026-01-19T08:00", false),
            ("2025-01-16T20:00", "2026-01-19T08:00", true), ("2026-01-16T20:00", "2026-01-15T08:00", false),
        ])
    func sessionBegan(earlier: String, later: String, began: Bool) throws {
        let (earlier, later) = try (
            Timestamp(parsing: "\(earlier):00+05:30"), Timestamp(parsing: "\(later):00+05:30")
        )
        #expect(calendar.schedule("NSE").sessionBegan(after: earlier, until: later) == began)
        #expect(calendar.keepsFigures(of: "NSE", from: earlier, to: later) == (later < earlier || !began))
    }

    @Test(arguments: [
        "2016-08-15", "2016-09-05", "2016-09-13", "2024-01-22", "2025-10-22", "2026-01-26", "2026-11-21", "2026-11-22",
    ])
    func noSessionOnHolidaysAndWeekends(date: String) throws {
        #expect(try session("NSE", "\(date)T11:00:00+05:30") == nil)
    }

    @Test(arguments: [
        ("2016-10-30", "18:30", "19:30"), ("2020-02-01", "09:15", "15:30"), ("2021-11-04", "18:15", "19:15"),
        ("2024-11-01", "18:00", "19:00"), ("2025-10-21", "13:45", "14:45"), ("2021-02-24", "09:15", "17:00"),
    ])
    func specialSessions(date: String, open: String, close: String) throws {
        let day = try #require(try session("BSE", "\(date)T\(open):00+05:30"))
        #expect(try day.open == Timestamp(parsing: "\(date)T\(open):00+05:30"))
        #expect(try day.close == Timestamp(parsing: "\(date)T\(close):00+05:30"))
        #expect(try session("MCX", "2016-10-30T18:30:00+05:30") == nil)
    }

    @Test("Commodities close later while New York keeps winter time")
    func commodityHours() throws {
        for (date, close) in [
            ("2026-03-06", "23:55"), ("2026-03-09", "23:30"), ("2026-10-30", "23:30"), ("2026-11-02", "23:55"),
            ("2024-03-08", "23:55"), ("2024-03-11", "23:30"), ("2024-11-01", "23:30"), ("2024-11-04", "23:55"),
        ] {
            let day = try #require(try session("MCX", "\(date)T12:00:00+05:30"))
            #expect(try day.close == Timestamp(parsing: "\(date)T\(close):00+05:30"), "\(date)")
            #expect(try day.open == Timestamp(parsing: "\(date)T09:00:00+05:30"))
        }
        #expect(try session("CDS", "2026-01-15T16:59:00+05:30")?.minuteCount == 480)
    }

    @Test("An unknown exchange trades around the clock, by days of UTC")
    func unknownExchange() throws {
        let day = try #require(try session("BINANCE", "2026-11-21T23:59:59.999999Z"))
        #expect(day.tradingDay.description == "2026-11-21" && day.minuteCount == 1_440)
        #expect(try day.minute(at: Timestamp(parsing: "2026-11-21T23:59:59.999999Z")) == 1_439)
        #expect(try session("BINANCE", "2026-11-22T00:00:00Z")?.tradingDay.description == "2026-11-22")
    }

    @Test func cacheAnswersAsTheScheduleDoes() throws {
        let schedule = calendar.schedule("NSE")
        var cache = SessionCache(schedule)
        var random = SeededRandom(seed: 5)
        let start = try Timestamp(parsing: "2016-10-20T00:00:00Z")
        for _ in 0..<20_000 {
            let time = start.adding(microseconds: Int64(random.next() % 2_000_000_000_000))
            let found = cache.session(at: time)
            #expect(found == schedule.session(at: time))
        }
    }

    @Test(.enabled(if: SharedData.isPresent("nse-daily"), "needs ../shared/data"))
    func tradingDaysAreThoseOnWhichSharesTraded() throws {
        let traded = Set(try SharedData.rows("nse-daily/INFY.csv").map { $0[0] }.filter { $0 >= "2016" })
        let first = try #require(CivilDate(parsing: "2016-01-01"))
        let last = try #require(CivilDate(parsing: "2021-04-30"))
        let days = calendar.schedule("NSE").tradingDays(from: first, through: last).map(\.description)
        #expect(Set(days).symmetricDifference(traded).sorted() == [])
    }

    @Test func saysWhatIsWrongWithAFile() throws {
        func error(_ change: (inout [String: Any]) -> Void) throws -> String {
            var exchange: [String: Any] = [
                "zone": "UTC", "offsetMinutes": 0, "closedWeekdays": [String](), "holidays": ["h"],
                "specialSessions": [String](),
                "hours": ["preOpen": "09:00", "open": "09:15", "close": "15:30", "cutOff": "16:00"],
            ]
            change(&exchange)
            let file: [String: Any] = [
                "exchanges": ["X": exchange], "holidays": ["h": ["2026-02-30"], "i": [String]()],
                "specialSessions": [String: Any](),
            ]
            let json = try JSONSerialization.data(withJSONObject: file)
            do {
                _ = try ExchangeCalendar(json: json)
                return "fine"
            } catch { return "\(error)" }
        }
        #expect(try error { $0["holidays"] = ["i"] } == "fine")
        #expect(try error { _ in } == "calendar h: 2026-02-30 is no date (YYYY-MM-DD)")
        #expect(try error { $0["holidays"] = ["j"] } == "calendar X: no holidays are called j")
        #expect(try error { $0["closedWeekdays"] = ["Sun"] } == "calendar X: no weekday is called Sun")
        let backwards = ["preOpen": "09:00", "open": "16:15", "close": "15:30", "cutOff": "16:00"]
        #expect(try error { $0["hours"] = backwards }.hasPrefix("calendar X: hours need preOpen"))
        #expect(
            try error { $0["hours"] = ["preOpen": "9", "open": "", "close": "", "cutOff": ""] }.contains("9 is no time")
        )
        #expect(throws: CalendarError.self) { try ExchangeCalendar(json: Data("{".utf8)) }
    }
}
