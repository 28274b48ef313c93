import Domain
import Events
import Testing

@testable import CommandLineTool

/// What `settle` would send, by what is open and which prices are known.
@Suite struct SettlementTests {
    private let contract = InstrumentKey(exchange: "NFO", symbol: "FUT1")

    private func settlement() throws -> Settlement { Settlement(calendar: try .standard()) }

    private func open(
        _ quantity: Int64, account: String = "main", multipliers: [Fixed8] = [.one], used: Set<String> = [],
        day: Int = 29
    ) throws -> OpenContract {
        OpenContract(
            userId: "u1", account: account, instrument: "NFO:FUT1", contract: contract,
            expiry: try #require(CivilDate(year: 2026, month: 1, day: day)),
            quantity: Quantity(units: quantity * 100_000_000), multipliers: multipliers, usedIds: used)
    }

    private func trades(_ books: OpenContract...) throws -> [TradeExecuted] {
        let plan = try settlement().plan(books, prices: [contract: try Price(whole: 110)])
        #expect(plan.problems.isEmpty)
        return plan.events.compactMap { if case .tradeExecuted(let trade) = $0.payload { trade } else { nil } }
    }

    @Test func closesLongsAndShortsAtTheSessionsClose() throws {
        let trades = try trades(open(3), open(-2, account: "b"))
        #expect(trades.map(\.side) == [.sell, .buy])
        #expect(trades.map(\.quantity) == [try Quantity(whole: 3), try Quantity(whole: 2)])
        #expect(trades.map(\.executedAt.description) == ["2026-01-29T10:00:00Z", "2026-01-29T10:00:00Z"])
        #expect(trades.map(\.isin) == [nil, nil])
    }

    @Test func idsFollowFromBookDayAndEarlierSettlements() throws {
        let long = String(repeating: "a", count: 120)
        let first = "settlement:2026-01-29:NFO:FUT1"
        let ids = try trades(
            open(1), open(1, account: "b"), open(1, used: [first]), open(1, used: [first, "\(first)#2", "\(first):b"]),
            open(1, account: "b", used: [first]), open(1, used: ["\(first)#2"]), open(1, account: long)
        ).map(\.tradeId)
        #expect(
            ids.dropLast() == [first, "\(first):b", "\(first)#2", "\(first)#3", "\(first):b", first])
        let last = try #require(ids.last)
        #expect(last.hasPrefix("settlement:2026-01-29:") && last.count < 128)
    }

    /// Settled late, a contract is settled as of its own last day, under the id that it would have had then.
    @Test func whatExpiredBeforeIsSettledAsOfItsOwnDay() throws {
        let trade = try #require(try trades(open(1, day: 22)).first)
        #expect(trade.tradeId == "settlement:2026-01-22:NFO:FUT1")
        #expect(trade.executedAt.description == "2026-01-22T10:00:00Z")
        let unpriced = try settlement().plan([open(1, day: 22)], prices: [:])
        #expect(unpriced.problems.first?.contains("NFO:FUT1 for 2026-01-22") == true)
    }

    @Test func nothingIsGuessed() throws {
        let unpriced = try settlement().plan([open(1), open(2)], prices: [:])
        #expect(unpriced.events.isEmpty && unpriced.problems.count == 1)
        #expect(unpriced.problems[0].contains("NFO:FUT1"))
        let mixed = try settlement().plan(
            [open(1, multipliers: [.one, Fixed8(units: 7_500_000_000)])], prices: [contract: .zero])
        #expect(mixed.events.isEmpty && mixed.problems[0].contains("2 multipliers (1, 75)"))
    }

    /// A price before the close is no settlement price, whatever the market shows by then.
    @Test func aDayThatRunsIsNotSettled() throws {
        let settlement = try settlement()
        let (one, two) = (try open(1), try open(2))
        let close = settlement.time(of: one.expiry, on: "NFO")
        let running = settlement.unfinished([one, two], now: close.adding(microseconds: -1))
        #expect(running.count == 1 && running[0].contains("NFO") && running[0].contains("2026-01-29T10:00:00Z"))
        #expect(settlement.unfinished([one], now: close).isEmpty)
        #expect(settlement.unfinished([], now: .init(microseconds: 0)).isEmpty)
        var late = one
        late.contract = InstrumentKey(exchange: "MCX", symbol: "GOLD")
        #expect(settlement.unfinished([one, late], now: close).count == 1, "MCX goes on after NFO")
    }

    /// What is written to has no end: waited for is what the log had at the beginning.
    @Test func waitsForWhatTheLogHad() {
        let (first, second) = (
            FoldTarget.Place(topic: "a", partition: 0), FoldTarget.Place(topic: "a", partition: 1)
        )
        let target = FoldTarget([first: 10, second: 5])
        #expect(target.lag(at: [first: 4, second: 9]) == 6)
        #expect(target.lag(at: [first: 10, second: 5]) == 0)
        #expect(target.lag(at: [first: 1_000]) == 5, "a partition that nobody folds")
    }

    @Test func aDayWithoutASessionEndsWithTheDay() throws {
        // A Saturday.
        let day = try #require(CivilDate(year: 2026, month: 1, day: 31))
        let time = try settlement().time(of: day, on: "NFO")
        #expect(time.description == "2026-01-31T18:29:59.999999Z")
    }
}
