import Foundation
import Importers
import Testing

@Suite struct ZerodhaTradebookTests {
    private let oldHeader =
        "trade_date,order_id,trade_id,symbol,isin,exchange,segment,series,trade_type,quantity,price\n"
    private let newHeader =
        "symbol,isin,trade_date,exchange,segment,series,trade_type,auction,quantity,price,trade_id,order_id,order_execution_time\n"

    private func run(_ text: String, user: String = "demo", account: String? = nil) throws -> Imported {
        try Imported(
            ZerodhaTradebook(
                MemoryByteSource(text), file: "book.csv", user: user, account: account, calendar: .standard()))
    }

    private func file(_ name: String) throws -> Imported {
        let path = SharedData.path("tradebooks/\(name)")
        return try Imported(
            ZerodhaTradebook(try FileByteSource(path: path), file: name, user: "demo", calendar: .standard()))
    }

    @Test func writesATradeOfTheNewLayout() throws {
        let imported = try run(
            newHeader
                + "infy,INE009A01021,2025-06-02,NSE,EQ,EQ,buy,false,150.000000,1344.199951,238243,1777354572194534898,2025-06-02T09:21:55\n"
        )
        let event = try LooseEvent(#require(imported.events.first).value)
        #expect(imported.events.first?.topic == "trades.executed")
        #expect(imported.events.first?.key == "demo")
        #expect(event.attribute("specversion") == "1.0")
        #expect(event.attribute("type") == "com.tapefold.trades.executed.v1")
        #expect(event.attribute("source") == "/import/zerodha-tradebook")
        #expect(event.attribute("time") == "2025-06-02T03:51:55Z")
        #expect(event.attribute("subject") == "demo")
        let expected = [
            "tradeId": "zerodha:NSE:EQ:2025-06-02:238243", "userId": "demo", "symbol": "INFY", "exchange": "NSE",
            "side": "BUY", "quantity": "150", "price": "1344.2", "executedAt": "2025-06-02T03:51:55Z",
            "orderId": "1777354572194534898", "isin": "INE009A01021", "segment": "EQ", "broker": "zerodha",
        ]
        #expect(event.data as? [String: String] == expected)
    }

    @Test func dateOnlyRowsTakeTheSessionsOpenAndTheirOrdinalOfDayAndInstrument() throws {
        let rows = [
            "2025-01-01,1,11,TCS,,NSE,EQ,EQ,sell,10,1000.25", "2025-01-01,2,12,TCS,,NSE,EQ,EQ,buy,bad,1000.25",
            "2025-01-01,3,13,INFY,,NSE,EQ,EQ,buy,10,1000.25", "2025-01-01,4,14,TCS,,NSE,EQ,EQ,buy,10,1000.25",
            "2025-01-02,5,15,TCS,,NSE,EQ,EQ,buy,10,1000.25", "2025-01-02,6,16,GOLD,,MCX,COM,,buy,10,1000.25",
        ]
        let imported = try run(oldHeader + rows.joined(separator: "\n"))
        let times = try imported.events.map { try LooseEvent($0.value).field("executedAt") }
        #expect(
            times == [
                "2025-01-01T03:45:00Z", "2025-01-01T03:45:00Z", "2025-01-01T03:45:00.000002Z", "2025-01-02T03:45:00Z",
                "2025-01-02T03:30:00Z",
            ])
        #expect(imported.problems.map(\.column) == ["quantity"])
    }

    @Test func rowsWithAnEmptyTimeAreInTheirOrderToo() throws {
        let rows = [
            "TCS,,2024-11-01,NSE,EQ,EQ,buy,false,10,100,9,1,", "TCS,,2024-11-01,NSE,EQ,EQ,sell,false,10,110,10,2, ",
            "TCS,,2024-11-01,NSE,EQ,EQ,sell,false,10,110,11,2,2024-11-01T18:20:00",
        ]
        let times = try run(newHeader + rows.joined(separator: "\n")).events.map {
            try LooseEvent($0.value).field("executedAt")
        }
        // Muhurat trading opened at 18:00.
        #expect(times == ["2024-11-01T12:30:00Z", "2024-11-01T12:30:00.000001Z", "2024-11-01T12:50:00Z"])
    }

    @Test(arguments: [
        ("NSE", "FO", "NFO"), ("BSE", "FO", "BFO"), ("NSE", "CDS", "CDS"), ("BSE", "CDS", "BCD"), ("MCX", "COM", "MCX"),
        ("NSE", "EQ", "NSE"), ("NFO", "FO", "NFO"),
    ])
    func aContractIsTradedInItsMarketAndKeepsItsId(code: String, segment: String, market: String) throws {
        let imported = try run(
            newHeader
                + "NIFTY26JAN24500CE,,2026-01-15,\(code),\(segment),,buy,false,75,120.5,71,9,2026-01-15T10:00:00\n")
        let event = try LooseEvent(#require(imported.events.first).value)
        #expect(event.field("exchange") == market)
        #expect(event.field("segment") == segment)
        #expect(event.field("tradeId") == "zerodha:\(code):\(segment):2026-01-15:71")
    }

    @Test(arguments: [
        ("TC\u{e9}S,,2026-01-15,NSE,EQ,,buy,false,75,120.5,71,9,", "symbol", "TC\u{e9}S"),
        ("TCS,,2026-01-15,1NSE,EQ,,buy,false,75,120.5,71,9,", "exchange", "1NSE"),
        ("NSE:TCS,,2026-01-15,BSE,EQ,,buy,false,75,120.5,71,9,", "symbol", "NSE:TCS"),
        ("TCS,,2026-01-15,NSE,EQ,,buy,false,91000000000,120.5,71,9,", "quantity", "91000000000"),
    ])
    func whatNoProcessorTakesIsTheRowsProblem(row: String, column: String, value: String) throws {
        let good = "TCS,,2026-01-15,NSE,EQ,,buy,false,75,120.5,70,9,"
        let imported = try run(newHeader + [good, row, good].joined(separator: "\n"))
        #expect(imported.events.count == 2)
        let problem = try #require(imported.problems.first)
        #expect(problem.row == 2 && problem.line == 3 && problem.column == column, "\(problem)")
        #expect(problem.value == value && !problem.remedy.isEmpty, "\(problem)")
    }

    @Test func aUserThatNoEventTakesIsTheFilesProblem() throws {
        #expect {
            try run(
                newHeader + "TCS,,2026-01-15,NSE,EQ,,buy,false,75,120.5,70,9,", user: String(repeating: "u", count: 200)
            )
        } throws: { error in
            (error as? ImportFileError)?.reason.hasPrefix("userId of its events") == true
        }
    }

    @Test func aRowWithoutTheBrokersIdIsKnownByItselfAndItsOrdinalAmongEqualRows() throws {
        let row = "2025-01-01,1,,TCS,,NSE,EQ,EQ,sell,10,1000.25\n"
        let first = try run(oldHeader + row + row)
        let again = try run(oldHeader + "2025-01-02,1,,ITC,,NSE,EQ,EQ,sell,1,1\n" + row + row + row)
        let ids = try first.events.map { try LooseEvent($0.value).field("tradeId") }
        #expect(Set(ids).count == 2)
        #expect(ids.allSatisfy { $0?.hasPrefix("zerodha:NSE:EQ:2025-01-01:") == true })
        #expect(try again.events[1...2].map { try LooseEvent($0.value).field("tradeId") } == ids)
    }

    @Test func usersAndAccountsAreKeptApart() throws {
        let row = oldHeader + "2025-01-01,1,11,TCS,,NSE,EQ,EQ,sell,10,1000.25\n"
        let one = try LooseEvent(#require(try run(row, user: "a").events.first).value)
        let two = try LooseEvent(#require(try run(row, user: "b", account: "huf").events.first).value)
        #expect(one.attribute("id") != two.attribute("id"))
        #expect(one.field("tradeId") == two.field("tradeId"))
        #expect(one.field("account") == nil)
        #expect(two.field("account") == "huf")
    }

    @Test func findsTheHeaderBelowAWorkbooksTitle() throws {
        let text =
            "Client ID,AB1234\n\n,Tradebook for Equity from A to B\n\n,Symbol,ISIN,Trade Date,Exchange,Segment,Trade Type,Quantity,Price,Trade ID\n"
            + ",TCS,,2025-01-01,NSE,EQ,buy,5,10.5,77\n,,,,,,,,,\n,,,,,,,,,\n"
        let imported = try run(text)
        #expect(imported.rows == 1)
        #expect(try LooseEvent(imported.events[0].value).field("tradeId") == "zerodha:NSE:EQ:2025-01-01:77")
    }

    @Test(arguments: [
        ("31/13/2025,1,1,TCS,,NSE,EQ,EQ,buy,1,1", "trade_date", "31/13/2025"),
        ("2025-02-30,1,1,TCS,,NSE,EQ,EQ,buy,1,1", "trade_date", "2025-02-30"),
        ("2025-02-03,1,1,,,NSE,EQ,EQ,buy,1,1", "symbol", ""),
        ("2025-02-03,1,1,TCS,XX,NSE,EQ,EQ,buy,1,1", "isin", "XX"),
        ("2025-02-03,1,1,TCS,,N S,EQ,EQ,buy,1,1", "exchange", "N S"),
        ("2025-02-03,1,1,TCS,,NSE,EQ,EQ,hold,1,1", "trade_type", "hold"),
        ("2025-02-03,1,1,TCS,,NSE,EQ,EQ,buy,-1,1", "quantity", "-1"),
        ("2025-02-03,1,1,TCS,,NSE,EQ,EQ,buy,0,1", "quantity", "0"),
        ("2025-02-03,1,1,TCS,,NSE,EQ,EQ,buy,1,not-a-price", "price", "not-a-price"),
        ("2025-02-03,1,1,TCS,,NSE,EQ,EQ,buy,1,-0.05", "price", "-0.05"),
        ("2025-02-03,1,1,TCS,,NSE,EQ,EQ,buy,1", "price", ""),
    ])
    func reportsABadValue(row: String, column: String, value: String) throws {
        let imported = try run(oldHeader + "2025-02-03,9,9,TCS,,NSE,EQ,EQ,buy,1,1\n" + row)
        let problem = try #require(imported.problems.first)
        #expect(imported.events.count == 1)
        #expect((problem.row, problem.line) == (2, 3))
        #expect(problem.column == column)
        #expect(problem.value == value)
        #expect(!problem.reason.isEmpty && !problem.remedy.isEmpty)
    }

    @Test func refusesAnotherBrokersFileByName() {
        #expect {
            try run("Stock Name,Symbol,Type,Quantity,Value,Order status,Execution date and time\n")
        } throws: {
            "\($0)".contains("it is not a Zerodha Console tradebook: missing the columns trade_date, exchange")
        }
        #expect { try run("") } throws: { "\($0)".contains("book.csv: it is empty") }
    }

    @Test(
        .enabled(if: SharedData.isThere, SharedData.comment),
        arguments: [
            ("zerodha_bsteps_fno_real_partial_fills.csv", 6), ("zerodha_folioman_2022-hdfc.csv", 2),
            ("zerodha_folioman_2024.csv", 6), ("zerodha_folioman_orphan-suzlon.csv", 1),
            ("zerodha_porttrack_tradebook-apr-sep_synthetic.csv", 18),
            ("zerodha_porttrack_tradebook-jul-dec_synthetic.csv", 18),
            ("zerodha_porttrack_tradebook_synthetic.csv", 65), ("zerodha_thepowrhouse_sample_synthetic.csv", 2),
        ])
    func takesEveryRowOfARealFile(name: String, rows: Int) throws {
        let imported = try file(name)
        #expect(imported.problems == [])
        #expect(imported.events.count == rows)
        let ids = try imported.events.map { try LooseEvent($0.value).field("tradeId") }
        #expect(Set(ids).count == rows)
        #expect(try file(name).events == imported.events)
    }

    @Test(.enabled(if: SharedData.isThere, SharedData.comment))
    func acceptsAndRejectsAsExpected() throws {
        let imported = try file("zerodha_porttrack_tradebook-with-errors_synthetic.csv")
        #expect(imported.events.count == 100)
        #expect(imported.problems.count == 3)
        let first = try #require(imported.problems.first)
        #expect(first.row == 17)
        #expect(first.line == 18)
        #expect(first.column == "trade_date")
        #expect(first.value == "31/13/2025")
    }

    @Test(.enabled(if: SharedData.isThere, SharedData.comment))
    func overlappingExportsAgreeOnEveryTradeTheyShare() throws {
        let first = try file("zerodha_porttrack_tradebook-apr-sep_synthetic.csv")
        let second = try file("zerodha_porttrack_tradebook-jul-dec_synthetic.csv")
        let union = Set((first.events + second.events).map(\.value))
        #expect(first.events.count == 18)
        #expect(second.events.count == 18)
        #expect(union.count == 27)
    }
}
