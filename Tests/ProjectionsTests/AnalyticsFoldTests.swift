import Domain
import Events
import TestKit
import Testing

@testable import Projections

/// What the view's rows say, one behaviour a test.
@Suite struct AnalyticsFoldTests {
    /// 2026-01-15 09:15 in India and minutes behind it.
    private func time(_ minutes: Int64) -> Timestamp {
        Timestamp(microseconds: 1_768_448_700_000_000 + minutes * 60_000_000)
    }

    private func trade(
        _ id: String, _ side: Side, _ quantity: String, _ price: String, at minutes: Int64, fees: String = "0",
        exchange: String = "NSE", details: EventDetails? = nil
    ) throws -> DecodedEvent {
        let trade = TradeExecuted(
            tradeId: id, userId: "u1", exchange: exchange, symbol: "A", side: side,
            quantity: try Quantity(parsing: quantity), price: try Price(parsing: price), executedAt: time(minutes),
            fees: try Fixed8(parsing: fees), details: details)
        return DecodedEvent(.tradeExecuted(trade), id: "e-\(id)", time: time(minutes))
    }

    private func corrected(
        _ id: String, _ action: CorrectionAction, at minutes: Int64,
        _ change: (inout TradeAmendment.Values) -> Void = { _ in }
    ) -> DecodedEvent {
        var values = TradeAmendment.Values()
        change(&values)
        let body = TradeCorrected(
            tradeId: id, userId: "u1", action: action,
            amendment: action == .void ? .none : TradeAmendment(values))
        return DecodedEvent(.tradeCorrected(body), id: "c-\(id)-\(minutes)", time: time(minutes))
    }

    private func payment(
        _ id: String, _ amount: String, kind: PaymentKind = .deposit, status: PaymentStatus = .completed
    ) throws -> DecodedEvent {
        let payment = PaymentReceived(
            paymentId: id, userId: "u1", kind: kind, amount: try Fixed8(parsing: amount), currency: "INR",
            status: status)
        return DecodedEvent(.paymentReceived(payment), id: "e-\(id)", time: time(1_000))
    }

    @Test func aDayAddsUpItsExecutions() throws {
        try Given(
            trade("b", .buy, "10", "100", at: 0, fees: "1"), trade("s1", .sell, "4", "110", at: 5, fees: "0.5"),
            trade("s2", .sell, "6", "90", at: 6)
        ).whenEveryWay(AnalyticsFold.self).then(
            "days",
            [
                "day": "2026-01-15", "exchange": "NSE", "executions": "3", "fees": "1.5", "winning_trades": "1",
                "losing_trades": "1", "break_even_trades": "0", "gross_pnl": "-20", "gross_profit": "39.1",
                "gross_loss": "-60.6", "held_seconds": "660",
            ])
    }

    @Test func aCorrectionRewritesTheTouchedDaysOnly() throws {
        let fold = AnalyticsFold(mode: .live, lane: 0, calendar: try .standard())
        let writes = WriteSet(AnalyticsFold.schema, insertLayout: .arrays)
        let day: Int64 = 24 * 60
        let events = try [
            trade("b", .buy, "1", "100", at: 0), trade("s", .sell, "1", "90", at: day),
            trade("b2", .buy, "1", "100", at: 2 * day), trade("s2", .sell, "1", "101", at: 3 * day),
        ]
        let store = MemoryViewStore(AnalyticsFold.schema)
        func foldBatch(_ batch: [DecodedEvent], input: Int, at offset: Int64) throws {
            let events = batch.enumerated().map {
                FoldEvent(decoded: $1, input: input, offset: offset + Int64($0))
            }
            for request in fold.reads(for: events[...]) { try fold.absorb(request, rows: store.answer(request)) }
            for event in events { #expect(fold.fold(event) == .folded) }
            while true {
                let requests = try fold.followUps()
                guard !requests.isEmpty else { break }
                for request in requests { try fold.absorb(request, rows: store.answer(request)) }
            }
            writes.clear()
            fold.drain(into: writes, state: true)
            try store.apply(writes)
            fold.committed()
        }
        try foldBatch(events, input: 0, at: 0)
        #expect(writes.tables[AnalyticsView.daysIndex].inserts.rowCount == 4)
        try foldBatch([corrected("s", .amend, at: 4 * day) { $0.price = try? Price(parsing: "95") }], input: 1, at: 0)
        #expect(writes.tables[AnalyticsView.daysIndex].rowCount == 1)
        let rows = try store.presented("days").filter { $0["day"] == "2026-01-16" }
        #expect(rows.map { $0["gross_loss"] } == ["-5"])
    }

    @Test func anAmendedTimeMovesTheTradeToItsDay() throws {
        try Given(
            trade("b", .buy, "1", "100", at: 0), trade("s", .sell, "1", "101", at: 10),
            corrected("s", .amend, at: 20) { $0.executedAt = time(24 * 60) }
        ).whenEveryWay(AnalyticsFold.self, ignoring: ["log_offset"]).then(
            "days", ["day": "2026-01-15", "executions": "1", "winning_trades": "0"],
            ["day": "2026-01-16", "executions": "1", "winning_trades": "1"])
    }

    @Test func whatWasVoidedLeavesItsDay() throws {
        try Given(
            trade("b", .buy, "1", "100", at: 0, fees: "3"), corrected("b", .void, at: 1)
        ).whenEveryWay(AnalyticsFold.self, ignoring: ["log_offset"])
            .then("days", ["day": "2026-01-15", "executions": "0", "fees": "0"])
    }

    @Test("complaint 9: closed and reopened, short and flipped: the day's profit inherits nothing")
    func closeReopenShortFlip() throws {
        try Given(
            trade("b", .buy, "10", "100", at: 0), trade("s", .sell, "10", "110", at: 1),
            trade("b2", .buy, "10", "200", at: 2), trade("flip", .sell, "15", "210", at: 3),
            trade("cover", .buy, "5", "205", at: 4)
        ).whenEveryWay(AnalyticsFold.self).then(
            "days", ["winning_trades": "3", "losing_trades": "0", "gross_profit": "225", "gross_pnl": "225"])
    }

    @Test("complaint 10: a fill that comes twice counts once, and one that flips is one closed trade")
    func duplicatesAndFlips() throws {
        let flip = try trade("s", .sell, "3", "10", at: 1)
        try Given(trade("b", .buy, "1", "9", at: 0), flip, flip).when(AnalyticsFold.self)
            .then("days", ["executions": "2", "winning_trades": "1", "gross_pnl": "1"])
            .thenOutcome(3, .duplicate)
    }

    @Test("complaint 12: eight decimals are kept through every sum")
    func decimalsAreKept() throws {
        try Given(
            trade("b", .buy, "0.00000001", "0.00000001", at: 0, fees: "0.00000003"),
            trade("b2", .buy, "1", "0.00000001", at: 1), trade("s", .sell, "1.00000001", "0.00000002", at: 2)
        ).whenEveryWay(AnalyticsFold.self).then(
            "days", ["fees": "0.00000003", "gross_pnl": "0.00000001", "gross_loss": "-0.00000002"])
    }

    @Test("complaint 16: each closed trade keeps its charges, holding time, tags and strategy")
    func closedTradesKeepWhatWasAskedFor() throws {
        let details = EventDetails(segment: "EQ", category: "swing", strategy: "breakout", tags: ["a", "b"])
        try Given(
            trade("b", .buy, "10", "100", at: 0, fees: "2"),
            trade("s", .sell, "5", "110", at: 90, fees: "1", details: details)
        ).whenEveryWay(AnalyticsFold.self).then(
            "trades", ["trade_id": "b", "trading_day": "2026-01-15", "executed_at": "2026-01-15T03:45:00Z"],
            [
                "trade_id": "s", "trading_day": "2026-01-15", "closed_fees": "2", "realized_pnl": "48",
                "opened_at": "2026-01-15T03:45:00Z", "executed_at": "2026-01-15T05:15:00Z", "tags": "[\"a\",\"b\"]",
                "strategy": "breakout", "category": "swing", "segment": "EQ",
            ])
    }

    @Test func aDayIsTheExchanges() throws {
        try Given(
            trade("b", .buy, "1", "1", at: -560), trade("c", .buy, "1", "1", at: -560, exchange: "ABROAD")
        ).whenEveryWay(AnalyticsFold.self).then(
            "days", ["day": "2026-01-14", "exchange": "ABROAD"], ["day": "2026-01-14", "exchange": "NSE"])
        try Given(
            trade("b", .buy, "1", "1", at: -400), trade("c", .buy, "1", "1", at: -400, exchange: "ABROAD")
        ).whenEveryWay(AnalyticsFold.self).then(
            "days", ["day": "2026-01-14", "exchange": "ABROAD"], ["day": "2026-01-15", "exchange": "NSE"])
    }

    @Test func aPaymentIsKeptOnceAndAConflictingOneParks() throws {
        try Given(
            payment("p", "100.5"), payment("p", "100.5"), payment("p", "200"), payment("q", "7", kind: .withdrawal)
        ).when(AnalyticsFold.self)
            .then(
                "payments",
                [
                    "payment_id": "p", "amount_e8": "100.5", "kind": "deposit", "status": "completed",
                    "trading_day": "2026-01-16",
                ],
                [
                    "payment_id": "q", "amount_e8": "7", "kind": "withdrawal", "status": "completed",
                    "trading_day": "2026-01-16",
                ]
            )
            .thenOutcome(2, .duplicate)
            .thenRefused(3, "conflicting_duplicate")
    }

    /// A payment that is announced and then completed is two events under one id; the outcome alone is money.
    @Test func aPendingPaymentsOutcomeCounts() throws {
        var announced = try payment("p", "100.5", status: .pending)
        announced.envelope.id = "e-p-pending"
        try Given(announced, payment("p", "100.5"), payment("q", "7", status: .pending)).whenEveryWay(
            AnalyticsFold.self
        )
        .then("payments", ["payment_id": "p", "amount_e8": "100.5", "status": "completed"])
    }

    /// Two closings so large that their sum has no place: the second is refused and everything else goes on.
    @Test func aSumBeyondItsRangeParksTheExecution() throws {
        func huge(_ id: String, _ side: Side, _ price: String, symbol: String, at minutes: Int64) throws -> DecodedEvent
        {
            let trade = TradeExecuted(
                tradeId: id, userId: "u1", exchange: "NSE", symbol: symbol, side: side,
                quantity: try Quantity(parsing: "90000000000"), price: try Price(parsing: price),
                executedAt: time(minutes), multiplier: try Fixed8(parsing: "100000000"))
            return DecodedEvent(.tradeExecuted(trade), id: "e-\(id)", time: time(minutes))
        }
        let events = try [
            huge("b1", .buy, "0", symbol: "A", at: 0), huge("b2", .buy, "0", symbol: "B", at: 1),
            huge("s1", .sell, "90000000000", symbol: "A", at: 2), huge("s2", .sell, "90000000000", symbol: "B", at: 3),
            trade("x", .buy, "1", "1", at: 4),
        ]
        for given in [Given(events), Given(events).rebuilt(), Given(events).inBatches(of: 1)] {
            try given.when(AnalyticsFold.self)
                .then("days", ["executions": "4", "winning_trades": "1"])
                .thenRefused(4, "book_refused")
        }
    }

    /// Refused in a rebuild, it is as if it had not come: no identity is remembered, and its correction waits on.
    @Test func whatIsRefusedInARebuildWasNeverThere() throws {
        func huge(_ id: String, _ side: Side, _ price: String, symbol: String, at minutes: Int64) throws -> DecodedEvent
        {
            let trade = TradeExecuted(
                tradeId: id, userId: "u1", exchange: "NSE", symbol: symbol, side: side,
                quantity: try Quantity(parsing: "90000000000"), price: try Price(parsing: price),
                executedAt: time(minutes), multiplier: try Fixed8(parsing: "100000000"))
            return DecodedEvent(.tradeExecuted(trade), id: "e-\(id)", time: time(minutes))
        }
        let fold = AnalyticsFold(mode: .rebuild, lane: 0, calendar: try .standard())
        let events = try [
            corrected("s2", .amend, at: 0) { $0.notes = "n" }, huge("b1", .buy, "0", symbol: "A", at: 0),
            huge("b2", .buy, "0", symbol: "B", at: 1), huge("s1", .sell, "90000000000", symbol: "A", at: 2),
        ]
        for (offset, event) in events.enumerated() {
            #expect(fold.fold(FoldEvent(decoded: event, input: 0, offset: Int64(offset))) == .folded)
        }
        let before = fold.rememberedIdentities
        let last = try huge("s2", .sell, "90000000000", symbol: "B", at: 3)
        guard case .refused("book_refused", _) = fold.fold(FoldEvent(decoded: last, input: 0, offset: 9)) else {
            Issue.record("it was folded")
            return
        }
        #expect(fold.rememberedIdentities == before)
        let waiting = fold.ledger.corrections.waiting.values.joined()
        #expect(waiting.count == 1 && waiting.allSatisfy(\.isWaiting))
        #expect(fold.ledger.changedTrades.allSatisfy { $0.trade.tradeId != "s2" })
    }

    @Test(arguments: [FoldOptions.live(1), .live(3), .rebuild(2), .rebuild(tail: 100, 1)])
    func whatLeftTheMemoryComesBack(options: FoldOptions) throws {
        let tape = AnalyticsTape.make(seed: 24, count: 150)
        let reference = try FoldRunner<AnalyticsFold>.run(tape, .live(150))
        let calendar = try ExchangeCalendar.standard()
        try expectSame(AnalyticsFold.self, tape, as: reference, options, "\(options)") { mode in
            let fold = AnalyticsFold(mode: mode, lane: 0, calendar: calendar)
            fold.days.maximumCachedDays = 1
            fold.ledger.maximumCachedBooks = 1
            fold.ledger.maximumRefoldedExecutions = 1
            return fold
        }
    }

    @Test func daysAndPaymentsCountInARebuildsMemory() throws {
        let fold = AnalyticsFold(mode: .rebuild, lane: 0, calendar: try .standard())
        let events = try [
            trade("a", .buy, "1", "1", at: 0), trade("b", .buy, "1", "1", at: 1), payment("p", "1"),
        ]
        for (offset, event) in events.enumerated() {
            #expect(fold.fold(FoldEvent(decoded: event, input: 0, offset: Int64(offset))) == .folded)
        }
        #expect(
            fold.rememberedIdentities == 3 + ProjectionLimits.identitiesPerBook + ProjectionLimits.identitiesPerDay)
    }
}
