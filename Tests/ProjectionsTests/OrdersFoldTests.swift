import Domain
import Events
import TestKit
import Testing

@testable import Projections

/// Given events, when they are folded, then these rows.
@Suite struct OrdersFoldTests {
    private static let ways: [FoldOptions] = [.live(1), .live(100), .rebuild(2), .rebuild(tail: 1, 100)]

    private func fold(_ events: [DecodedEvent], _ options: FoldOptions) throws -> FoldRun {
        try FoldRunner<OrdersFold>.run(EventTape(OrdersTape.inputs, events), options)
    }

    private func placed(_ quantity: Int, price: Price? = nil) throws -> DecodedEvent {
        let order = OrderPlaced(
            orderId: "o1", userId: "u1", exchange: "NSE", symbol: "A", side: .buy,
            quantity: try Quantity(whole: quantity),
            orderType: .limit, price: price)
        return DecodedEvent(.orderPlaced(order), id: "p", time: minute(0))
    }

    private func updated(
        _ status: OrderStatus, id: String = "x", filled: Int? = nil, quantity: Int? = nil
    ) throws -> DecodedEvent {
        let update = OrderUpdated(
            orderId: "o1", userId: "u1", status: status, filledQuantity: try filled.map { try Quantity(whole: $0) },
            quantity: try quantity.map { try Quantity(whole: $0) })
        return DecodedEvent(.orderUpdated(update), id: id, time: minute(5))
    }

    private func cancelled(_ reason: String? = nil) -> DecodedEvent {
        DecodedEvent(
            .orderCancelled(OrderCancelled(orderId: "o1", userId: "u1", reason: reason)), id: "k", time: minute(9))
    }

    private func row(_ run: FoldRun) throws -> PresentedRow { try #require(run.store.presented("orders").first) }

    @Test(arguments: ways) func executionsWinOverFiguresTold(options: FoldOptions) throws {
        let run = try fold(
            [
                placed(10), updated(.open, filled: 9), executed("t1", "B4@100", at: 1, orderId: "o1"),
                updated(.partiallyFilled, id: "y", filled: 8), executed("t2", "B2@100.00000001", at: 2, orderId: "o1"),
            ], options)
        let order = try row(run)
        #expect(order["status"] == "PARTIALLY_FILLED")
        #expect(order["filled_quantity_e8"] == "6")
        // 600.00000002 / 6 = 100.0000000033…
        #expect(order["average_price_e8"] == "100")
        #expect(order["updated_at"] == minute(5).description)
    }

    @Test(arguments: ways) func filledToTheEndIsExecutedEvenIfCancelled(options: FoldOptions) throws {
        let run = try fold(
            [cancelled("late"), executed("t1", "B10@100", at: 1, orderId: "o1"), placed(10)], options)
        #expect(try row(run)["status"] == "EXECUTED")
        #expect(try row(run)["reason"] == "late")
    }

    @Test(arguments: ways) func cancelledWithAPartFilled(options: FoldOptions) throws {
        let run = try fold([placed(10), executed("t1", "B4@100", at: 1, orderId: "o1"), cancelled()], options)
        #expect(try row(run)["status"] == "CANCELLED")
        #expect(try row(run)["filled_quantity_e8"] == "4")
    }

    @Test(arguments: ways) func aSmallerQuantityToldMakesItWhole(options: FoldOptions) throws {
        let run = try fold(
            [executed("t1", "B4@100", at: 1, orderId: "o1"), updated(.open, quantity: 4), placed(10)], options)
        #expect(try row(run)["status"] == "EXECUTED")
        #expect(try row(run)["quantity_e8"] == "4")
    }

    @Test(arguments: ways) func anOrderIsShownBeforeItWasPlaced(options: FoldOptions) throws {
        let run = try fold([executed("t1", "S4@100", at: 1, orderId: "o1")], options)
        let order = try row(run)
        #expect(order["symbol"] == "A")
        #expect(order["side"] == "-1")
        #expect(order["status"] == "PARTIALLY_FILLED")
        #expect(order["quantity_e8"] == nil)
        #expect(order["placed_at"] == nil)
    }

    @Test(arguments: ways) func otherDataUnderTheSameIdentityIsRefused(options: FoldOptions) throws {
        let pairs = try [
            (placed(10), placed(11)), (cancelled("a"), cancelled("b")), (updated(.open), updated(.rejected)),
            (
                executed("t1", "B1@1", at: 1, orderId: "o1"), executed("t1", "B2@1", at: 1, orderId: "o1")
            ),
        ]
        for (first, other) in pairs {
            let run = try fold([first, first, other], options)
            #expect(run.outcomes[0] == .folded)
            #expect(run.outcomes[1] == .duplicate)
            guard case .refused(let code, _) = run.outcomes[2] else { return #expect(Bool(false), "was folded") }
            #expect(code == "conflicting_duplicate")
        }
    }

    @Test(arguments: ways) func anExecutionWithoutAnOrderIsSkipped(options: FoldOptions) throws {
        let run = try fold([executed("t1", "B1@1", at: 1)], options)
        #expect(run.outcomes == [.skipped(reason: "names no order")])
        #expect(try run.store.rows("orders").isEmpty)
    }

    @Test(arguments: ways) func anOrderThatWouldOverflowStaysAsItWas(options: FoldOptions) throws {
        let run = try fold(
            [
                executed("t1", "B90000000000@1", at: 1, orderId: "o1"),
                executed("t2", "B90000000000@1", at: 2, orderId: "o1"),
                executed("t2", "B1@1", at: 3, orderId: "o2"),
            ], options)
        guard case .refused(let code, _) = run.outcomes[1] else { return #expect(Bool(false), "was folded") }
        #expect(code == "order_refused")
        #expect(run.outcomes[2] == .folded)
        #expect(try row(run)["filled_quantity_e8"] == "90000000000")
        #expect(try run.store.rows("order_fills").count == 2)
    }
}
