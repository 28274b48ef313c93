import Domain
import Events
import TestKit
import Testing

@testable import Projections

/// What users are told of their orders: each thing once, whatever happens to the worker.
@Suite struct OrdersEffectsTests {
    private static let seeds: [UInt64] = Array(1...40)

    private func effects(_ tape: EventTape, _ options: FoldOptions = .live(100)) throws -> [Effect] {
        try FoldRunner<OrdersFold>.run(tape, options).effects
    }

    private func notifications(_ effects: [Effect]) -> [NotificationSend] {
        effects.compactMap { if case .notificationSend(let body) = $0.payload { body } else { nil } }
    }

    private func update(_ status: OrderStatus, _ id: String, reason: String? = nil) -> DecodedEvent {
        DecodedEvent(
            .orderUpdated(OrderUpdated(orderId: "o1", userId: "u1", status: status, reason: reason)), id: id,
            time: minute(5))
    }

    @Test func eachFillAndEndIsToldOnce() throws {
        let cancel = DecodedEvent(
            .orderCancelled(OrderCancelled(orderId: "o2", userId: "u1", reason: "by me")), id: "k", time: minute(9))
        let fill = try executed("t1", "B4@100.5", at: 1, orderId: "o1")
        let told = notifications(
            try effects(
                EventTape(
                    OrdersTape.inputs,
                    [
                        fill, fill, update(.open, "a"), update(.rejected, "b", reason: "margin"),
                        update(.rejected, "c", reason: "margin"), cancel, cancel,
                    ])))
        #expect(told.map(\.notificationId) == ["fill:t1", "order:o1:REJECTED", "order:o2:CANCELLED"])
        #expect(
            told.map(\.body) == [
                "Bought 4 NSE:A at 100.5, trade t1", "Order o1 was rejected: margin", "Order o2 was cancelled: by me",
            ])
        #expect(told[0].data == #"{"orderId":"o1","symbol":"NSE:A","tradeId":"t1"}"#)
        #expect(told.allSatisfy { $0.userId == "u1" && $0.channel == .inApp })
    }

    @Test func importedHistoryIsNotNews() throws {
        var fill = try executed("t1", "B4@100", at: 1, orderId: "o1")
        fill.envelope.source = "/import/zerodha"
        #expect(try effects(EventTape(OrdersTape.inputs, [fill])).isEmpty)
    }

    @Test func whatItEmitsIsTakenWhereItIsRead() throws {
        let long = String(repeating: "i", count: EventsLimits.maximumIdentifierCharacters)
        var trade = TradeExecuted(
            tradeId: long, userId: "u1", exchange: "NSE", symbol: String(repeating: "S", count: 64), side: .sell,
            quantity: .one, price: .one, executedAt: minute(1))
        trade.orderId = "o1"
        let reason = String(repeating: "é", count: EventsLimits.maximumReasonCharacters)
        let tape = EventTape(
            OrdersTape.inputs,
            [DecodedEvent(.tradeExecuted(trade), id: "e", time: minute(1)), update(.failed, "f", reason: reason)])
        let found = try effects(tape)
        #expect(found.count == 2)
        for effect in found {
            let event = DecodedEvent(effect.payload, id: "x", time: effect.time)
            let read = try EventEncoder().withStructured(event) {
                try EventDecoder().decode(.notificationSend, value: $0)
            }
            #expect(read.payload == effect.payload)
        }
    }

    @Test(arguments: seeds) func crashesAndBatchesChangeNothing(seed: UInt64) throws {
        let tape = OrdersTape.make(seed: seed, count: 150)
        let expected = try effects(tape, .live(1))
        #expect(!expected.isEmpty)
        #expect(try effects(tape, .live(7, 40, 3)) == expected)
        #expect(try effects(tape, FoldOptions(batchSizes: [11, 30], crashesAfter: [3, 50, 51, 120])) == expected)
    }

    @Test(arguments: seeds) func rebuildsEmitOnlyTheTail(seed: UInt64) throws {
        let tape = OrdersTape.make(seed: seed, count: 150)
        let first = Dictionary(
            grouping: tape.events.suffix(40), by: \.input
        ).mapValues { $0.map(\.offset).min() ?? 0 }
        let expected = try effects(tape, .live(1)).filter { $0.offset >= first[$0.input] ?? .max }
        #expect(try effects(tape, .rebuild(tail: 40, 9)) == expected)
    }

    @Test(arguments: seeds) func theOrderBetweenTopicsDecidesNothing(seed: UInt64) throws {
        let tape = OrdersTape.make(seed: seed, count: 150)
        var random = SeededRandom(seed: seed)
        let expected = Set(notifications(try effects(tape)).map { "\($0)" })
        let shuffled = try effects(tape.shuffledBetweenTopics(using: &random))
        #expect(Set(notifications(shuffled).map { "\($0)" }) == expected)
    }
}
