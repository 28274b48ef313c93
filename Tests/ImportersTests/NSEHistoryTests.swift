import Domain
import Foundation
import Importers
import Testing

@Suite struct NSEHistoryTests {
    private let minuteHeader = "Code,Date,Open,High,Low,Close,Volume\n"
    private let dailyHeader =
        "Date,Symbol,Series,Prev Close,Open,High,Low,Last,Close,VWAP,Volume,Turnover,Trades,Deliverable Volume,%Deliverble\n"

    private func run(_ text: String, barMinutes: Int? = nil) throws -> Imported {
        try Imported(
            NSEHistory(MemoryByteSource(text), file: "bars.csv", barMinutes: barMinutes, calendar: .standard()))
    }

    private func ticks(_ imported: Imported) throws -> [LooseEvent] {
        try imported.events.map { try LooseEvent($0.value) }
    }

    @Test func aFallingBarGoesHighFirst() throws {
        let imported = try run(minuteHeader + "INFY,2016-08-16 09:15:00, 1041.55, 1042, 1028.05, 1031.35, 527702\n")
        let ticks = try ticks(imported)
        #expect(imported.events.allSatisfy { $0.topic == "market.updates" && $0.key == "INFY" })
        #expect(ticks.map { $0.field("lastPrice") } == ["1041.55", "1042", "1028.05", "1031.35"])
        #expect(ticks.map { $0.field("lastQuantity") } == [nil, nil, nil, "527702"])
        #expect(
            ticks.map { $0.attribute("time") } == [
                "2016-08-16T03:45:00Z", "2016-08-16T03:45:20Z", "2016-08-16T03:45:40Z", "2016-08-16T03:45:59.999999Z",
            ])
        #expect(ticks.allSatisfy { $0.field("volume") == nil && $0.field("exchange") == "NSE" })
        #expect(ticks.allSatisfy { $0.attribute("source") == "/import/nse-history" })
        #expect(Set(ticks.map { $0.attribute("id") }).count == 4)
        #expect(ticks[3].attribute("id") == "nse-intraday:NSE:INFY:2016-08-16T03:45:00Z:3")
    }

    @Test func aRisingOrLevelBarGoesLowFirst() throws {
        let imported = try run(
            minuteHeader + "INFY,2016-08-16 09:15:00,10,12,9,11,0\nINFY,2016-08-16 09:16:00,10,12,9,10,5\n")
        #expect(
            try ticks(imported).map { $0.field("lastPrice") } == ["10", "9", "12", "11", "10", "9", "12", "10"])
        #expect(try ticks(imported)[3].field("lastQuantity") == "0")
    }

    @Test func theBarsLengthIsTheSmallestStepWhateverTheOrder() throws {
        let bars = ["09:45", "09:15", "10:45", "10:15"].map { "INFY,2016-03-15 \($0):00,1,1,1,1,1\n" }.joined()
        #expect(try ticks(run(minuteHeader + bars))[3].attribute("time") == "2016-03-15T04:44:59.999999Z")
        #expect(
            try ticks(run(minuteHeader + bars, barMinutes: 15))[3].attribute("time") == "2016-03-15T04:29:59.999999Z")
    }

    @Test func aDaysBarLastsTheSession() throws {
        let imported = try run(
            dailyHeader
                + "2004-08-25,TCS,EQ,850.0,1198.7,1198.7,979.0,985.0,987.95,1008.32,17116372,1725876095745000.0,,5206360,0.3042\n"
        )
        let ticks = try ticks(imported)
        #expect(ticks.map { $0.field("lastPrice") } == ["1198.7", "1198.7", "979", "987.95"])
        #expect(ticks.first?.attribute("time") == "2004-08-25T03:45:00Z")
        #expect(ticks.last?.attribute("time") == "2004-08-25T09:59:59.999999Z")
        #expect(ticks.last?.field("lastQuantity") == "17116372")
        #expect(ticks.allSatisfy { $0.field("previousClose") == "850" })
    }

    @Test func aBarEndsWithTheSession() throws {
        let hours = ["09", "10", "11", "12", "13", "14", "15"]
        let bars = hours.map { "INFY,2026-01-05 \($0):15:00,10,12,9,11,5\n" }.joined()
        let ends = try ticks(run(minuteHeader + bars)).enumerated().filter { $0.offset % 4 == 3 }.map {
            $0.element.attribute("time")
        }
        #expect(ends.count == 7)
        #expect(ends.first == "2026-01-05T04:44:59.999999Z")
        #expect(ends.last == "2026-01-05T09:59:59.999999Z")
    }

    @Test func aSpecialSessionsBarHasItsHours() throws {
        let ticks = try ticks(run(dailyHeader + "2020-11-14,TCS,EQ,8,10,12,9,11,11,10,5,1.0,,1,0.5\n"))
        #expect(ticks.first?.attribute("time") == "2020-11-14T12:45:00Z")
        let end = try #require(ticks.last?.attribute("time"))
        let date = try #require(CivilDate(year: 2020, month: 11, day: 14))
        let session = try #require(try ExchangeCalendar.standard().session("NSE", on: date))
        #expect(end == session.close.adding(microseconds: -1).description)
        #expect(end < "2020-11-15")
    }

    @Test func theSourceTellsBarsOfDifferentLengthsApart() throws {
        let minutes = try ticks(run(minuteHeader + "INFY,2016-08-16 09:15:00,10,12,9,11,0\n"))
        let halfHours = try ticks(run(minuteHeader + "INFY,2016-08-16 09:15:00,10,12,9,11,0\n", barMinutes: 30))
        let days = try ticks(run(dailyHeader + "2016-08-16,TCS,EQ,8,10,12,9,11,11,10,5,1.0,,1,0.5\n"))
        #expect(minutes.allSatisfy { $0.field("source") == "history-1m" })
        #expect(halfHours.allSatisfy { $0.field("source") == "history-30m" })
        #expect(days.allSatisfy { $0.field("source") == "history-1d" })
    }

    @Test(arguments: [
        ("INFY,16-08-2016 09:15,1,1,1,1,1", "Date"), ("INFY,2016-08-16 25:15:00,1,1,1,1,1", "Date"),
        (",2016-08-16 09:15:00,1,1,1,1,1", "Code"), ("INFY,2016-08-16 09:15:00,1,0.5,0.5,1,1", "High"),
        ("INFY,2016-08-16 09:15:00,1,2,1.5,1,1", "Low"), ("INFY,2016-08-16 09:15:00,1,x,1,1,1", "High"),
        ("INFY,2016-08-16 09:15:00,1,1,1,1,-1", "Volume"), ("INFY,2016-08-16 09:15:00,1,1,1,1", "Volume"),
        ("INFY,2016-08-16 09:15:00,0,1,1,1,1", "Open"),
    ])
    func reportsABadBar(row: String, column: String) throws {
        let imported = try run(minuteHeader + row + "\nINFY,2016-08-16 09:16:00,1,1,1,1,1\n")
        #expect(imported.events.count == 4)
        #expect(imported.problems.map(\.column) == [column])
        #expect(imported.problems.map(\.line) == [2])
    }

    @Test(arguments: [
        // A Saturday, a holiday, after the closing session; an evening of Muhurat trading, before the session opens.
        ("2016-08-20 10:00:00", 1), ("2016-08-15 10:00:00", 1), ("2016-08-16 16:00:00", 1), ("2016-10-30 18:31:00", 0),
        ("2016-08-16 09:07:00", 0),
    ])
    func tellsOfBarsOutsideOfAnySession(start: String, count: Int) throws {
        let imported = try run(minuteHeader + "INFY,\(start),1,1,1,1,1\n")
        #expect(imported.events.count == 4 && imported.rowsOutsideSessions == count)
    }

    @Test func aDaysBarOnADayWithoutSessionIsToldOf() throws {
        let rows = ["2016-08-19,INFY,EQ,1,1,1,1,1,1,1,5,1,,,", "2016-08-20,INFY,EQ,1,1,1,1,1,1,1,5,1,,,"]
        #expect(try run(dailyHeader + rows.joined(separator: "\n")).rowsOutsideSessions == 1)
    }

    @Test(.enabled(if: SharedData.isThere, SharedData.comment))
    func takesEveryBarOfTheRealMinuteFiles() throws {
        let files = SharedData.files("nse-minute-2016")
        #expect(files.count == 25)
        for path in files.prefix(3) {
            let imported = try Imported(NSEHistory(try FileByteSource(path: path), file: path, calendar: .standard()))
            #expect(imported.problems == [])
            #expect(imported.rows == 6_750)
            #expect(imported.events.count == 4 * 6_750)
        }
    }

    @Test(.enabled(if: SharedData.isThere, SharedData.comment))
    func takesEveryDayOfARealDailyFile() throws {
        let path = SharedData.path("nse-daily/TCS.csv")
        let imported = try Imported(NSEHistory(try FileByteSource(path: path), file: path, calendar: .standard()))
        #expect(imported.problems == [])
        #expect(imported.rows == 4_139)
    }

    @Test(.enabled(if: SharedData.isThere, SharedData.comment))
    func namesAFileThatIsNoHistory() throws {
        let path = SharedData.path("nse-daily/stock_metadata.csv")
        #expect {
            _ = try Imported(
                NSEHistory(try FileByteSource(path: path), file: "stock_metadata.csv", calendar: .standard()))
        } throws: {
            "\($0)".contains("stock_metadata.csv: it is not a price history: missing the columns date")
        }
    }
}
