import Engine
import Postgres
import Simulation
import Testing

/// What every store must do. The simulator is worth what its store has in common with PostgreSQL.
@Suite struct LaneStoreConformanceTests {
    typealias Kind = StoreRig.Kind

    private func failure(_ body: () throws -> Void) -> LaneFailure? {
        do {
            try body()
            return nil
        } catch {
            return error as? LaneFailure
        }
    }

    private func sqlState(_ failure: LaneFailure?) -> String? {
        guard case .database(let error) = failure else { return nil }
        return error.sqlState
    }

    private func isFenced(_ failure: LaneFailure?) -> Bool {
        guard case .fenced = failure else { return false }
        return true
    }

    private func isMoved(_ failure: LaneFailure?) -> Bool {
        guard case .moved = failure else { return false }
        return true
    }

    @Test(arguments: Kind.allCases) func claimRaisesTheEpochAndReadsTheCheckpoints(kind: Kind) throws {
        let rig = try StoreRig(kind)
        let store = try rig.session()
        let first = try rig.claim(store)
        #expect(first.next == ["first": 0, "second": 0])
        #expect(first.fold == 1)
        _ = try store.commit(rig.commit(first, next: [3, 1]))
        let second = try rig.claim(store, owner: "two")
        #expect(second.epoch == first.epoch + 1)
        #expect(second.next == ["first": 3, "second": 1])
        #expect(try rig.claim(store, lane: 0).next == ["first": 0, "second": 0])
    }

    @Test(arguments: Kind.allCases) func laneOfAnotherStaysWithIt(kind: Kind) throws {
        let rig = try StoreRig(kind)
        let store = try rig.session()
        let mine = try rig.claim(store)
        #expect(try store.claim(lane: 1, owner: "two", onlyIfOwned: true) == .taken(by: StoreRig.owner))
        _ = try store.commit(rig.commit(mine, next: [1, 0]))
        guard case .claimed(let again) = try store.claim(lane: 1, owner: StoreRig.owner, onlyIfOwned: true) else {
            Issue.record("the owner did not get its lane back")
            return
        }
        #expect(again.epoch == mine.epoch + 1)
    }

    @Test(arguments: Kind.allCases) func rowsAndCheckpointsMoveTogetherAndAreReadBack(kind: Kind) throws {
        let rig = try StoreRig(kind)
        let (store, other) = (try rig.session(), try rig.session())
        var claim = try rig.claim(store)
        let statements = try store.commit(
            rig.commit(claim, next: [2, 1]) {
                $0.insert("a", 1)
                $0.insert("b", 1, note: "n")
                $0.upsert("t", 5)
            })
        #expect(statements > 0)
        claim.next = ["first": 2, "second": 1]
        for session in [store, other] {
            #expect(try rig.offsets(session) == [2, 1])
            #expect(
                try rig.read(session, claim, StoreRig.ledger, "a", "b", "c") == [["a", "1", "null"], ["b", "1", "n"]])
            #expect(try rig.read(session, claim, StoreRig.state, "t") == [["t", "5"]])
        }
        _ = try store.commit(
            rig.commit(claim, next: [2, 4]) {
                $0.delete(place: 1)
                $0.insert("a", 2)
                $0.upsert("t", 6)
            })
        #expect(try rig.offsets(other) == [2, 4])
        #expect(try rig.read(other, claim, StoreRig.ledger, "a", "b") == [["a", "2", "null"]])
        #expect(try rig.read(other, claim, StoreRig.state, "t") == [["t", "6"]])
    }

    @Test(arguments: Kind.allCases) func severalQuestionsAreAnsweredInTheirOrder(kind: Kind) throws {
        let rig = try StoreRig(kind)
        let store = try rig.session()
        let claim = try rig.claim(store)
        _ = try store.commit(
            rig.commit(claim, next: [1, 0]) {
                $0.insert("a", 1)
                $0.upsert("t", 5)
            })
        let answers = try store.read(
            [
                rig.request(StoreRig.state, ["t"]), rig.request(StoreRig.ledger, ["z"]),
                rig.request(StoreRig.ledger, ["a"]),
            ], claim)
        #expect(answers.map(\.rowCount) == [1, 0, 1])
    }

    @Test(arguments: Kind.allCases) func zombiesCommitDoesNotPass(kind: Kind) throws {
        let rig = try StoreRig(kind)
        let (zombies, store) = (try rig.session(), try rig.session())
        let zombie = try rig.claim(zombies)
        let claim = try rig.claim(store, owner: "two")
        let refused = failure {
            _ = try zombies.commit(
                rig.commit(zombie, next: [5, 5], parked: [Parked(offset: 1, key: "k")]) { $0.insert("a", 1) })
        }
        #expect(isFenced(refused), "\(String(describing: refused))")
        #expect(try rig.offsets(store) == [0, 0])
        #expect(try rig.read(store, claim, StoreRig.ledger, "a").isEmpty)
        #expect(try store.parkedKeys(claim).isEmpty)
        // The zombie's session is of use again once it has claimed.
        _ = try zombies.commit(rig.commit(try rig.claim(zombies), next: [1, 0]))
        #expect(try rig.offsets(store) == [1, 0])
    }

    @Test(arguments: Kind.allCases) func commitFromOtherOffsetsDoesNotPass(kind: Kind) throws {
        let rig = try StoreRig(kind)
        let store = try rig.session()
        let claim = try rig.claim(store)
        _ = try store.commit(rig.commit(claim, next: [2, 1]) { $0.insert("a", 1) })
        let again = failure { _ = try store.commit(rig.commit(claim, next: [2, 1]) { $0.insert("b", 1) }) }
        #expect(isMoved(again), "\(String(describing: again))")
        var half = claim
        half.next = ["first": 2, "second": 0]
        let behind = failure { _ = try store.commit(rig.commit(half, next: [3, 1]) { $0.insert("b", 1) }) }
        #expect(isMoved(behind), "\(String(describing: behind))")
        #expect(try rig.offsets(store) == [2, 1])
        #expect(try rig.read(store, claim, StoreRig.ledger, "a", "b") == [["a", "1", "null"]])
    }

    @Test(arguments: Kind.allCases) func refusedRowTakesTheWholeCommitWithIt(kind: Kind) throws {
        let rig = try StoreRig(kind)
        let store = try rig.session()
        var claim = try rig.claim(store)
        _ = try store.commit(rig.commit(claim, next: [1, 0]) { $0.insert("a", 1) })
        claim.next["first"] = 1
        let cases: [(String, (Rows) -> Void)] = [
            ("23505", { $0.insert("a", 2) }), ("23502", { $0.insertBroken("c") }),
            (
                "21000",
                {
                    $0.upsert("t", 7)
                    $0.upsert("t", 8)
                }
            ),
        ]
        for (state, write) in cases {
            let refused = failure {
                _ = try store.commit(
                    rig.commit(claim, next: [2, 0], parked: [Parked(offset: 1, key: "k")]) {
                        $0.insert("b", 1)
                        $0.upsert("u", 1)
                        write($0)
                    })
            }
            #expect(sqlState(refused) == state, "\(String(describing: refused))")
            #expect(refused?.eventFailure != nil || state == "21000")
            #expect(try rig.offsets(store) == [1, 0])
            #expect(try rig.read(store, claim, StoreRig.ledger, "a", "b") == [["a", "1", "null"]])
            #expect(try rig.read(store, claim, StoreRig.state, "t", "u").isEmpty)
            #expect(try store.parkedKeys(claim).isEmpty)
        }
        _ = try store.commit(rig.commit(claim, next: [2, 0]) { $0.insert("b", 1) })
        #expect(try rig.offsets(store) == [2, 0])
    }

    @Test(arguments: Kind.allCases) func repeatedRowsChangeNothingWhereTheirTableSaysSo(kind: Kind) throws {
        let rig = try StoreRig(kind)
        let store = try rig.session()
        var claim = try rig.claim(store)
        _ = try store.commit(rig.commit(claim, next: [1, 0]) { $0.sight("a", 1) })
        claim.next["first"] = 1
        _ = try store.commit(
            rig.commit(claim, next: [2, 0]) {
                $0.sight("a", 2)
                $0.sight("b", 2)
            })
        #expect(try rig.read(store, claim, StoreRig.repeated, "a", "b") == [["a", "1"], ["b", "2"]])
    }

    @Test(arguments: Kind.allCases) func parkedEventsAreCountedByKey(kind: Kind) throws {
        let rig = try StoreRig(kind)
        let store = try rig.session()
        var claim = try rig.claim(store)
        let parked = [Parked(offset: 0, key: "k"), Parked(offset: 1), Parked(offset: 2, key: "k"), Parked(offset: 3)]
        _ = try store.commit(rig.commit(claim, next: [4, 0], parked: parked))
        claim.next["first"] = 4
        let keys = try store.parkedKeys(claim).sorted { ($0.key ?? "") < ($1.key ?? "") }
        #expect(keys == [ParkedKey(key: nil, count: 2), ParkedKey(key: "k", count: 2)])
        #expect(try store.parkedKeys(try rig.claim(store, lane: 0)).isEmpty)
        let twice = failure {
            _ = try store.commit(rig.commit(claim, next: [5, 0], parked: [Parked(offset: 2, key: "k")]))
        }
        #expect(sqlState(twice) == "23505")
        #expect(try rig.offsets(store) == [4, 0])
    }

    private func record(_ sequence: Int64) -> OutboxRecord {
        OutboxRecord(sequence: sequence, topic: "out", partition: 1, key: [1, 2], value: [UInt8(sequence)])
    }

    @Test(arguments: Kind.allCases) func effectsAreStoredWithTheCommitAndKnowNoClaim(kind: Kind) throws {
        let rig = try StoreRig(kind)
        let (store, other) = (try rig.session(), try rig.session())
        var claim = try rig.claim(store)
        #expect(
            try store.effects(claim) == EffectState(marks: ["first": 0, "second": 0], owed: [:], nextSequence: 0))
        var effects = LaneEffects(nextSequence: 2)
        effects.records = [record(0), record(1)]
        effects.owed = [OwedEffect(topic: "first", offset: 1)]
        _ = try store.commit(rig.commit(claim, next: [2, 1], effects: effects))
        claim.next = ["first": 2, "second": 1]
        #expect(
            try other.effects(claim)
                == EffectState(marks: ["first": 2, "second": 1], owed: ["first": [1]], nextSequence: 2))
        #expect(try other.waitingEffects(claim, after: -1, limit: 1) == [record(0)])
        #expect(try other.waitingEffects(claim, after: 0, limit: 9) == [record(1)])
        #expect(try other.waitingEffects(try rig.claim(other, lane: 0), after: -1, limit: 9).isEmpty)

        var more = LaneEffects(nextSequence: 3)
        more.records = [record(2)]
        more.settled = effects.owed
        more.publishedThrough = 0
        _ = try store.commit(rig.commit(claim, next: [3, 1], effects: more))
        #expect(try other.waitingEffects(claim, after: -1, limit: 9) == [record(1), record(2)])
        #expect(try other.effects(claim).owed.values.allSatisfy(\.isEmpty))
        try other.deleteEffects(claim, through: 1)
        #expect(try store.waitingEffects(claim, after: -1, limit: 9) == [record(2)])
    }

    @Test(arguments: Kind.allCases) func marksBeginAtTheDatabasesCheckpointsNotAtTheClaims(kind: Kind) throws {
        let store = try StoreRig(kind)
        let session = try store.session()
        var claim = try store.claim(session)
        claim.next = ["first": 7, "second": 7]
        #expect(try session.effects(claim).marks == ["first": 0, "second": 0])
    }

    @Test(arguments: Kind.allCases) func refusedCommitLeavesNoEffect(kind: Kind) throws {
        let rig = try StoreRig(kind)
        let (zombies, store) = (try rig.session(), try rig.session())
        let zombie = try rig.claim(zombies)
        let claim = try rig.claim(store, owner: "two")
        let before = try store.effects(claim)
        var effects = LaneEffects(nextSequence: 1)
        effects.records = [record(0)]
        effects.owed = [OwedEffect(topic: "first", offset: 1)]
        let fenced = failure { _ = try zombies.commit(rig.commit(zombie, next: [2, 1], effects: effects)) }
        #expect(isFenced(fenced), "\(String(describing: fenced))")
        let refused = failure {
            _ = try store.commit(rig.commit(claim, next: [2, 1], effects: effects) { $0.insertBroken("a") })
        }
        #expect(sqlState(refused) == "23502")
        #expect(try store.effects(claim) == before)
        #expect(try store.waitingEffects(claim, after: -1, limit: 9).isEmpty)
    }

    @Test(arguments: Kind.allCases) func parkedEventsAreHandedOutInOrderAndLeaveWithACommit(kind: Kind) throws {
        let rig = try StoreRig(kind)
        let store = try rig.session()
        let desk = try #require(store.desk)
        var claim = try rig.claim(store)
        let events = [Parked(offset: 4, key: "k"), Parked(offset: 2, key: nil), Parked(offset: 7, key: "k")]
        _ = try store.commit(rig.commit(claim, next: [8, 0], parked: events))
        claim.next["first"] = 8
        func offsets(_ which: ParkedSelection, after order: Int64 = 0, limit: Int = 10) throws -> [Int64] {
            try desk.parked(claim, which, after: order, limit: limit).map(\.offset)
        }
        #expect(try offsets(.all) == [4, 2, 7])
        #expect(try offsets(.all, limit: 2) == [4, 2])
        #expect(try offsets(.key("k")) == [4, 7])
        #expect(try offsets(.place(topic: "first", offset: 2)) == [2])
        let first = try #require(try desk.parked(claim, .key("k"), after: 0, limit: 1).first)
        #expect(try offsets(.all, after: first.order) == [2, 7])
        #expect(try offsets(.through(key: "k", order: first.order)) == [4])

        var changes = ParkingChanges()
        changes.removed = [.init(topic: "first", offset: 4)]
        changes.reasons = [.init(place: .init(topic: "first", offset: 7), code: "new", text: "another")]
        changes.decisions = [
            Decision(
                view: "rig", place: EventPlace(topic: "first", partition: 1, offset: 4), code: "code", reason: "reason",
                eventSource: nil, eventId: nil, recordHash: nil, author: "test", time: .minimum, note: nil)
        ]
        var commit = rig.commit(claim, next: [8, 0])
        commit.parking = changes
        _ = try store.commit(commit)
        #expect(try offsets(.all) == [2, 7])
        #expect(try desk.parked(claim, .key("k"), after: 0, limit: 9).map(\.code) == ["new"])
        #expect(try store.parkedKeys(claim).first { $0.key == "k" }?.count == 1)
        let decided = try desk.decisions(lane: 1)
        #expect(decided.leavesOut(input: 0, offset: 4, value: nil))
        #expect(try !desk.decisions(lane: 0).leavesOut(input: 0, offset: 4, value: nil))
    }

    @Test(arguments: Kind.allCases) func aBuildHeedsADropUnlessItHasFoldedTheEvent(kind: Kind) throws {
        let rig = try StoreRig(kind)
        let store = try rig.session()
        let desk = try #require(store.desk)
        var claim = try rig.claim(store)
        _ = try store.commit(rig.commit(claim, next: [8, 0], parked: [Parked(offset: 4, key: "k")]))
        claim.next["first"] = 8
        func drop(_ offset: Int64, removed: [Int64] = []) throws {
            var changes = ParkingChanges()
            changes.removed = removed.map { .init(topic: "first", offset: $0) }
            changes.decisions = [
                Decision(
                    view: "rig", place: EventPlace(topic: "first", partition: 1, offset: offset), code: "code",
                    reason: "reason", eventSource: nil, eventId: nil, recordHash: nil, author: "test", time: .minimum,
                    note: nil)
            ]
            var commit = rig.commit(claim, next: [claim.next["first"] ?? 0, 0])
            commit.parking = changes
            _ = try store.commit(commit)
        }
        try drop(4)
        #expect(try desk.heed(claim).leavesOut(input: 0, offset: 4, value: nil))
        try drop(20, removed: [4])
        #expect(try desk.heed(claim).leavesOut(input: 0, offset: 20, value: nil))
        _ = try store.commit(rig.commit(claim, next: [30, 0]))
        claim.next["first"] = 30
        #expect(try desk.heed(claim).leavesOut(input: 0, offset: 20, value: nil))
        try drop(9)
        for _ in 0..<2 {
            guard case .overruled(let place)? = failure({ _ = try desk.heed(claim) }) else {
                Issue.record("the event at 9 was folded")
                return
            }
            #expect(place == EventPlace(topic: "first", partition: 1, offset: 9))
        }
    }
}
