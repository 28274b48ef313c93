import Domain
import Events
import Postgres
import Projections
import Supervision
import Testing

@testable import Engine

/// What the database keeps of effects: once stored, in order, until they are deleted.
@Suite struct OutboxTests {
    private struct Lane {
        let view: ViewConfiguration
        let connection: PostgresConnection
        let store: PostgresLaneStore
        var claim: LaneClaim

        init(marks: Int64? = nil) throws {
            view = try ViewRegistry.standard.configuration(of: "orders", in: Topology.standard())
            connection = try PostgresConnection.connect(
                try PostgresConfiguration(url: TemporaryPostgres.shared().freshDatabase()))
            try Migrations.run(on: connection)
            let (topics, count) = (view.topics, view.lanes)
            func lanes(_ offset: Int64) -> [LaneOffsets] {
                (0..<count).map { lane in
                    LaneOffsets(lane: lane, next: Dictionary(uniqueKeysWithValues: topics.map { ($0, offset) }))
                }
            }
            _ = try BuildCatalog(connection).ensureLiveBuild(
                of: view.definition, lanes: view.lanes, start: lanes(0), effectMarks: marks.map(lanes) ?? [])
            store = PostgresLaneStore(view, on: connection)
            guard case .claimed(let claim) = try store.claim(lane: 1, owner: "me", onlyIfOwned: false) else {
                throw EngineError(.build, "the lane is busy")
            }
            self.claim = claim
            // As every owner does first.
            if marks != nil { _ = try store.effects(claim) }
        }

        mutating func commit(_ effects: LaneEffects, next: Int64) throws(LaneFailure) {
            let commit = LaneCommit(
                claim: claim, next: view.topics.map { _ in next },
                writes: WriteSet(view.definition, insertLayout: .arrays),
                parked: RowBatch(columns: ParkingLot.table.columns, layout: .arrays), effects: effects)
            _ = try store.commit(commit)
            for topic in view.topics { claim.next[topic] = next }
        }

        func record(_ sequence: Int64) -> OutboxRecord {
            OutboxRecord(
                sequence: sequence, topic: "notifications.send", partition: 2, key: Array("u".utf8),
                value: Array("v\(sequence)".utf8))
        }
    }

    private static let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    private func place(_ offset: Int64) -> OwedEffect { OwedEffect(topic: "trades.executed", offset: offset) }

    @Test func storedEffectsWaitInOrderUntilDeleted() throws {
        var lane = try Lane(marks: 0)
        var effects = LaneEffects(nextSequence: 3)
        effects.records = (0..<3).map(lane.record)
        try lane.commit(effects, next: 10)
        #expect(try lane.store.effects(lane.claim).nextSequence == 3)
        #expect(try lane.store.waitingEffects(lane.claim, after: -1, limit: 2) == [lane.record(0), lane.record(1)])
        #expect(try lane.store.waitingEffects(lane.claim, after: 1, limit: 2) == [lane.record(2)])
        try lane.store.deleteEffects(lane.claim, through: 1)
        #expect(try lane.store.waitingEffects(lane.claim, after: -1, limit: 9) == [lane.record(2)])
        effects = LaneEffects(nextSequence: 3)
        effects.publishedThrough = 2
        try lane.commit(effects, next: 11)
        #expect(try lane.store.waitingEffects(lane.claim, after: -1, limit: 9).isEmpty)
    }

    @Test func marksFollowTheCheckpointsAndNeverGoBack() throws {
        var lane = try Lane(marks: 20)
        #expect(try lane.store.effects(lane.claim).marks["trades.executed"] == 20)
        try lane.commit(LaneEffects(nextSequence: 0), next: 10)
        #expect(try lane.store.effects(lane.claim).marks["trades.executed"] == 20)
        try lane.commit(LaneEffects(nextSequence: 0), next: 30)
        #expect(try lane.store.effects(lane.claim).marks["trades.executed"] == 30)
    }

    @Test func viewThatGetsOutputsStartsAtItsCheckpoints() throws {
        let lane = try Lane()
        try lane.connection.execute("UPDATE tapefold.checkpoint SET next_offset = 7")
        #expect(
            try lane.store.effects(lane.claim).marks
                == Dictionary(uniqueKeysWithValues: lane.view.topics.map { ($0, 7) }))
    }

    @Test func zombiesEffectsDoNotPass() throws {
        var lane = try Lane()
        try lane.connection.execute("UPDATE tapefold.lane SET owner_epoch = owner_epoch + 1")
        var effects = LaneEffects(nextSequence: 1)
        effects.records = [lane.record(0)]
        #expect(throws: LaneFailure.self) { try lane.commit(effects, next: 10) }
        #expect(try lane.store.waitingEffects(lane.claim, after: -1, limit: 9).isEmpty)
        #expect(try lane.store.effects(lane.claim).nextSequence == 0)
    }

    @Test func debtsArePaidOnceByWhoeverComesFirst() throws {
        var lane = try Lane()
        var effects = LaneEffects(nextSequence: 0)
        effects.owed = [place(3), place(5)]
        try lane.commit(effects, next: 10)
        #expect(try lane.store.effects(lane.claim).owed == ["trades.executed": [3, 5]])
        effects.owed = []
        effects.settled = [place(3)]
        try lane.commit(effects, next: 11)
        #expect(try OwedRows.read(view: "orders", lane: 1, on: lane.connection) == ["trades.executed": [5]])
        #expect(try OwedRows.take([place(3), place(5)], view: "orders", lane: 1, on: lane.connection) == [place(5)])
        #expect(try OwedRows.read(view: "orders", lane: 1, on: lane.connection).isEmpty)
    }

    @Test func rebuildPaysOnlyWhatIsStillOwed() throws {
        let lane = try Lane()
        let fold = OrdersFold(mode: .rebuild, lane: 1)
        try lane.connection.execute(
            "INSERT INTO tapefold.effect_debt VALUES ('orders', 'trades.executed', 1, 3), ('orders', 'trades.executed', 1, 4)"
        )
        let owed = try OwedRows.read(view: "orders", lane: 1, on: lane.connection)
        let rebuilt = try #require(RebuiltEffects(lane.view, lane: 1, fold: fold, owed: owed))
        let input = try #require(lane.view.topics.firstIndex(of: "trades.executed"))
        for offset in Int64(0)..<8 {
            let trade = TradeExecuted(
                tradeId: "t\(offset)", userId: "u", exchange: "NSE", symbol: "A", side: .buy, quantity: .one,
                price: .one, executedAt: Timestamp(microseconds: offset), orderId: "o")
            let event = DecodedEvent(
                envelope: Envelope(
                    id: "e\(offset)", source: "/test", time: Timestamp(microseconds: offset),
                    trace: TraceContext(parent: Self.traceparent)),
                payload: .tradeExecuted(trade))
            #expect(fold.fold(FoldEvent(decoded: event, input: input, offset: offset)) == .folded)
            rebuilt.settled(input: input, offset: offset)
        }
        rebuilt.committed(next: lane.view.topics.map { _ in 8 })
        // The live build paid this one meanwhile.
        try lane.connection.execute("DELETE FROM tapefold.effect_debt WHERE log_offset = 3")
        try rebuilt.pay(on: lane.connection)
        let waiting = try lane.store.waitingEffects(lane.claim, after: -1, limit: 9)
        #expect(waiting.map(\.sequence) == [0])
        let effect = String(decoding: waiting[0].value, as: UTF8.self)
        #expect(effect.contains("orders/trades.executed/1@4#0"))
        #expect(effect.contains(Self.traceparent), "an effect belongs to its event's trace: \(effect)")
        #expect(try OwedRows.read(view: "orders", lane: 1, on: lane.connection).isEmpty)
        #expect(try lane.store.effects(lane.claim).nextSequence == 1)
    }
}
