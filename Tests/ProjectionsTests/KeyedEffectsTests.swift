import Domain
import Events
import TestKit
import Testing

@testable import Projections

/// Tells a user of every second trade.
private struct Milestones: KeyedView {
    struct Key: LaneKey {
        let userId: String
        var partitionKey: String { userId }
    }

    static let name = "milestones"
    static let foldNumber = 1
    static let table = TableDefinition(
        "milestones", role: .state, columns: [Column("user_id", .text), Column("trades", .int64)], key: ["user_id"])
    static let presentation: [ViewSchema.Presentation] = []

    func key(of event: FoldEvent) -> Key? {
        guard case .tradeExecuted(let trade) = event.decoded.payload else { return nil }
        return Key(userId: trade.userId)
    }

    func newState(for key: Key) -> Int64 { 0 }

    func fold(_ event: FoldEvent, into state: inout Int64) throws(FoldRefusal) {
        guard case .tradeExecuted(let trade) = event.decoded.payload else { return }
        guard trade.side == .buy else { throw FoldRefusal("no_sales", "trade \(trade.tradeId) is a sale") }
        state += 1
    }

    func effects(of event: FoldEvent, before: Int64, after: Int64) -> [EventPayload] {
        guard after / 2 > before / 2 else { return [] }
        return ["first", "second"].map { part in
            .notificationSend(
                NotificationSend(
                    notificationId: "\(part):\(after)", userId: event.decoded.payload.partitionKey, channel: .inApp,
                    category: "milestone", title: "\(after) trades", body: "\(after) trades"))
        }
    }

    static func encode(_ key: Key, into row: RowBatch) { row.put(key.userId) }
    static func encode(_ state: Int64, into row: RowBatch) { row.put(state) }
    static func key(of row: RowReader) throws(RowError) -> Key { Key(userId: try row.text(0)) }
    static func state(of row: RowReader) throws(RowError) -> Int64 { try row.int64(1) }
}

/// What a keyed view emits: once for each event that it folds, live only.
@Suite struct KeyedEffectsTests {
    private func run(_ trades: [DecodedEvent], _ options: FoldOptions = .live(100)) throws -> [Effect] {
        try FoldRunner<KeyedFold<Milestones>>.run(EventTape([.tradeExecuted], trades), options).effects
    }

    private func names(_ effects: [Effect]) -> [String] {
        effects.compactMap {
            guard case .notificationSend(let body) = $0.payload else { return nil }
            return "\(body.notificationId)@\($0.offset)#\($0.ordinal)"
        }
    }

    private func buys(_ count: Int) throws -> [DecodedEvent] {
        try (1...count).map { try executed("t\($0)", "B1@1", at: $0) }
    }

    @Test func whatTheRowsChangeGivesRiseToIsEmittedInOrder() throws {
        #expect(names(try run(try buys(5))) == ["first:2@1#0", "second:2@1#1", "first:4@3#0", "second:4@3#1"])
    }

    @Test func aRepeatedOrRefusedEventEmitsNothing() throws {
        let trades = try buys(2)
        let sale = try executed("s", "S1@1", at: 3)
        #expect(names(try run(trades + [trades[1], sale])) == ["first:2@1#0", "second:2@1#1"])
    }

    @Test func crashesAndBatchesChangeNothing() throws {
        let trades = try buys(40)
        let expected = try run(trades, .live(1))
        #expect(expected.count == 40)
        #expect(try run(trades, .live(7, 3)) == expected)
        #expect(try run(trades, FoldOptions(batchSizes: [5, 11], crashesAfter: [3, 20, 21])) == expected)
    }

    @Test func rebuildsEmitOnlyTheTail() throws {
        let trades = try buys(40)
        let expected = try run(trades, .live(1)).filter { $0.offset >= 30 }
        #expect(try run(trades, .rebuild(tail: 10, 9)) == expected)
    }
}
