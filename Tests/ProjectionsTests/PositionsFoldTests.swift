import Domain
import Events
import TestKit
import Testing

@testable import Projections

/// Given events, when they are folded, then these rows.
@Suite struct PositionsFoldTests {
    private static let ways: [FoldOptions] = [.live(1), .live(100), .rebuild(2), .rebuild(tail: 1, 100)]

    private func fold(_ events: [DecodedEvent], _ options: FoldOptions) throws -> FoldRun {
        try FoldRunner<PositionsFold>.run(EventTape(PositionsTape.inputs, events), options)
    }

    private func position(_ run: FoldRun, _ instrument: String = "NSE:A") throws -> PresentedRow {
        try #require(run.store.presented("positions").first { $0["instrument"] == instrument })
    }

    @Test(arguments: ways) func aLateFillIsMatchedInItsPlace(options: FoldOptions) throws {
        let run = try fold(
            [executed("t1", "B10@100", at: 1), executed("t3", "S10@120", at: 3), executed("t2", "B10@110", at: 0)],
            options)
        let closures = try run.store.presented("lot_closures")
        #expect(closures.map { $0["entry_trade_id"] } == ["t2"])
        #expect(try position(run)["gross_pnl"] == "100")
        #expect(try position(run)["quantity_e8"] == "10")
    }

    @Test(arguments: ways) func anAmendmentMovesATradeToAnotherBook(options: FoldOptions) throws {
        let run = try fold(
            [
                executed("t1", "B10@100", at: 1), executed("t2", "S4@110", at: 2),
                amended("t1", at: 3) { $0.symbol = "B" },
                executed("t3", "B1@90", at: 4),
            ], options)
        #expect(try position(run)["quantity_e8"] == "-3")
        #expect(try position(run)["gross_pnl"] == "20")
        #expect(try position(run, "NSE:B")["quantity_e8"] == "10")
        #expect(try run.store.presented("lot_closures").map { $0["exit_trade_id"] } == ["t3"])
    }

    @Test(arguments: ways) func aBookThatLostAllItsTradesIsEmpty(options: FoldOptions) throws {
        let run = try fold([executed("t1", "B10@100", at: 1), amended("t1", at: 3) { $0.account = "other" }], options)
        let rows = try run.store.presented("positions")
        #expect(rows.map { $0["exchange"] } == ["", "NSE"])
        #expect(rows.map { $0["quantity_e8"] } == ["0", "10"])
    }

    @Test(arguments: ways) func aVoidTakesItsClosuresBack(options: FoldOptions) throws {
        let run = try fold(
            [executed("t1", "B10@100", at: 1), executed("t2", "S10@110", at: 2), voided("t2", at: 3)], options)
        #expect(try run.store.rows("lot_closures").isEmpty)
        #expect(try position(run)["quantity_e8"] == "10")
        #expect(try run.store.presented("trades").map { $0["voided"] } == ["false", "true"])
        #expect(try run.store.presented("trades").allSatisfy { $0["closed_quantity_e8"] == nil })
    }

    @Test(arguments: ways) func earlyCorrectionsWaitInTheirOrder(options: FoldOptions) throws {
        let run = try fold(
            [
                amended("t1", at: 1) { $0.quantity = Quantity(units: 5 * Fixed8.unitsPerOne) },
                amended("t1", at: 2) { $0.quantity = Quantity(units: 7 * Fixed8.unitsPerOne) },
                amended("never", at: 2) { $0.notes = "?" }, executed("t1", "B10@100", at: 3),
            ], options)
        #expect(try position(run)["quantity_e8"] == "7")
        let waiting = try run.store.presented("corrections").filter { $0["waiting_lane"] != nil }
        #expect(waiting.map { $0["trade_id"] } == ["never"])
    }

    /// Corrections ahead of their execution and behind it, in one batch with it and in others.
    @Test(arguments: ways + [.live(3), .rebuild(3), .rebuild(100), .rebuild(tail: 3, 4)])
    func anExecutionMeetsItsCorrectionsInOneBatch(options: FoldOptions) throws {
        let sold = try executed("t3", "S6@130", at: 3)
        let run = try fold(
            [
                executed("t1", "B10@100", at: 1), amended("t2", at: 1) { $0.quantity = Quantity(units: 400_000_000) },
                executed("t2", "B10@110", at: 2), sold, amended("t1", at: 4) { $0.price = Price(units: 9_000_000_000) },
                amended("t3", at: 5) { $0.quantity = Quantity(units: 1_100_000_000) }, voided("t4", at: 5), sold,
                executed("t4", "S1@1", at: 6), executed("t5", "S1@140", at: 7),
            ], options)
        #expect(run.outcomes.filter { $0 == .duplicate }.count == 1)
        #expect(run.count { $0 == .folded } == 9)
        let closures = try run.store.presented("lot_closures")
        #expect(closures.map { $0["entry_trade_id"] } == ["t1", "t2", "t2"])
        #expect(closures.map { $0["gross_pnl"] } == ["400", "20", "30"])
        #expect(try position(run)["quantity_e8"] == "2")
        #expect(try run.store.presented("trades").map { $0["voided"] } == ["false", "false", "false", "true", "false"])
        #expect(try run.store.presented("corrections").allSatisfy { $0["waiting_lane"] == nil })
    }

    /// Ids of each side of what a book keeps in place, and texts longer than a row's first room.
    @Test(arguments: ways) func textsOfAnyLength(options: FoldOptions) throws {
        let ids = [46, 47, 48, 128].enumerated().map { index, count in
            "\(index)" + String(repeating: "x", count: count - 1)
        }
        let notes = String(repeating: "é", count: 4_096)
        var trades = try ids.enumerated().map { try executed($1, "B1@100", at: $0) }
        trades.append(try executed("é" + ids[3].dropLast(2), "S4@110", at: 9))
        for (index, event) in trades.enumerated() {
            guard case .tradeExecuted(var trade) = event.payload else { continue }
            trade.details = EventDetails(notes: notes)
            trades[index] = DecodedEvent(.tradeExecuted(trade), id: "\(index)", time: minute(index))
        }
        let run = try fold(trades + [try executed(ids[2] + "y", "B1@90", at: 10)], options)
        #expect(try run.store.presented("lot_closures").map { $0["entry_trade_id"] } == ids)
        let rows = try run.store.presented("trades")
        #expect(rows.filter { $0["notes"] == notes }.count == trades.count)
        #expect(try position(run)["last_trade_id"] == ids[2] + "y")
    }

    @Test(arguments: ways) func aTradeWithOtherDataIsRefused(options: FoldOptions) throws {
        let first = try executed("t1", "B10@100", at: 1)
        let other = try executed("t1", "B11@100", at: 1, symbol: "B")
        let run = try fold([first, first, other, executed("t2", "B1@100", at: 2)], options)
        guard case .refused(let code, _) = run.outcomes[2] else { return #expect(Bool(false), "was folded") }
        #expect(code == "conflicting_duplicate")
        #expect(run.outcomes[1] == .duplicate)
        #expect(run.outcomes[3] == .folded)
        #expect(try position(run)["quantity_e8"] == "11")
    }

    @Test(arguments: ways) func aCorrectionWithOtherDataIsRefused(options: FoldOptions) throws {
        let run = try fold(
            [
                executed("t1", "B10@100", at: 1), amended("t1", at: 2, eventId: "c") { $0.price = .one },
                amended("t1", at: 2, eventId: "c") { $0.price = .zero },
            ], options)
        guard case .refused(let code, _) = run.outcomes[2] else { return #expect(Bool(false), "was folded") }
        #expect(code == "conflicting_duplicate")
        #expect(try run.store.presented("trades").first?["price_e8"] == "1")
    }

    /// The refused trade leaves no trace: not in the book, and not among the identities.
    @Test(arguments: ways) func aBookThatWouldOverflowStaysAsItWas(options: FoldOptions) throws {
        let run = try fold(
            [
                executed("t1", "B90000000000@1", at: 1), executed("t2", "B90000000000@1", at: 2),
                executed("t3", "S1@1", at: 3), executed("t2", "B1@1", at: 4, symbol: "B"),
            ], options)
        guard case .refused(let code, _) = run.outcomes[1], case .refused(let behind, _) = run.outcomes[2] else {
            return #expect(Bool(false), "was folded")
        }
        #expect([code, behind] == ["book_refused", "behind_parked"])
        #expect(run.outcomes[3] == .folded)
        #expect(try position(run)["quantity_e8"] == "90000000000")
        #expect(try run.store.rows("trades").count == 2)
    }

    /// Live, the refold finds out at the batch's end; the amendment alone is parked then.
    @Test(arguments: [[1], [3], [100]]) func anAmendmentThatOverflowsIsParkedAlone(sizes: [Int]) throws {
        let run = try fold(
            [
                executed("t1", "B90000000000@1", at: 1), executed("t2", "B1@1", at: 2),
                amended("t2", at: 3) { $0.quantity = Quantity(units: 9_000_000_000_000_000_000) },
                executed("t3", "S2@3", at: 4),
            ], FoldOptions(batchSizes: sizes))
        #expect(run.outcomes.map { $0 == .folded } == [true, true, false, true])
        #expect(try position(run)["quantity_e8"] == "89999999999")
        #expect(try run.store.rows("corrections").isEmpty)
    }
}
