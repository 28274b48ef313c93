import Engine
import Postgres
import Projections
import TestKit

/// The control tables and the live build of one view in memory, as `LaneStore` needs them: epochs, checkpoints, the
/// view's tables and parked events, each change of them whole or not at all.
package final class MemoryDatabase {
    /// What a mutation takes away, to show that the checks around it would notice.
    package struct Guards: Sendable {
        package var checksEpoch = true
        package var checksOffsets = true
        package var keepsParkedKeys = true
        package var isAtomic = true
        package var keepsEffectMarks = true
        package var keepsDecisions = true
        package var removesRetried = true
        package var fencesRetiredBuilds = true

        package init() {}
    }

    package struct Lane: Sendable, Equatable {
        package var epoch: Int64 = 0
        package var owner: String?
        /// By topic.
        package var next: [String: Int64]
    }

    /// A value: kept aside, it is what the database held at that moment.
    package struct Contents {
        /// The live build's name.
        var build = "1.1"
        package var lanes: [Lane]
        /// By lane: parked events by topic and offset.
        package var parked: [[String: MemoryRow]]
        /// By lane: which of them came first.
        var parkOrders: [[String: Int64]]
        var nextParkOrder: Int64 = 1
        package internal(set) var operations = MemoryOperations()
        /// Decisions that this build was known to obey while it was not live.
        var heeded: Set<EventPlace> = []
        /// By lane: the records that its commits took, in the order in which they were folded.
        package var folded: [[RecordPlace]]
        /// By lane.
        package var outboxes: [MemoryOutbox]
        fileprivate var tables: MemoryViewStore.Contents
    }

    package let view: ViewConfiguration
    package var build: String { contents.build }
    package let guards: Guards
    package internal(set) var contents: Contents
    /// What must never happen and did.
    package private(set) var violations: [String] = []
    /// Raised when sessions end: those of before are of no use.
    package private(set) var generation = 0
    /// Texts that no row may hold, like a byte that the database's encoding lacks.
    package var refusedText: String?
    private let tables: MemoryViewStore

    package init(_ view: ViewConfiguration, guards: Guards = Guards()) {
        self.view = view
        self.guards = guards
        tables = MemoryViewStore(view.definition)
        let start = Dictionary(uniqueKeysWithValues: view.topics.map { ($0, Int64(0)) })
        contents = Contents(
            lanes: Array(repeating: Lane(next: start), count: view.lanes),
            parked: Array(repeating: [:], count: view.lanes), parkOrders: Array(repeating: [:], count: view.lanes),
            folded: Array(repeating: [], count: view.lanes),
            outboxes: Array(repeating: MemoryOutbox(), count: view.lanes),
            tables: tables.contents)
    }

    /// The view's tables as they are.
    package var rows: MemoryViewStore { tables }

    package func endSessions() { generation += 1 }

    /// Goes back to what was kept aside, as a standby does that had not got the last commits.
    package func restore(_ kept: Contents) {
        contents = kept
        tables.contents = kept.tables
    }

    package func claim(lane: Int, owner: String, onlyIfOwned: Bool) -> LaneClaim.Outcome {
        if onlyIfOwned, let current = contents.lanes[lane].owner, current != owner { return .taken(by: current) }
        contents.lanes[lane].epoch += 1
        contents.lanes[lane].owner = owner
        let state = contents.lanes[lane]
        return .claimed(
            LaneClaim(
                build: build, schema: "memory", fold: view.definition.foldNumber, lane: lane, epoch: state.epoch,
                next: state.next))
    }

    package func parkedKeys(lane: Int) -> [ParkedKey] {
        guard guards.keepsParkedKeys else { return [] }
        let keys = contents.parked[lane].values.map(\.parkingKey)
        return Dictionary(grouping: keys) { $0 }.map { ParkedKey(key: $0.key, count: $0.value.count) }
    }

    package func effects(_ claim: LaneClaim) -> EffectState {
        // The claim may be older than what the database knows: after it was set back, it would open with marks too high.
        var state = contents.outboxes[claim.lane].state(checkpoints: contents.lanes[claim.lane].next)
        if !guards.keepsEffectMarks { for topic in view.topics { state.marks[topic] = 0 } }
        return state
    }

    package func raiseEffectMarks(_ claim: LaneClaim, to offsets: [String: Int64]) {
        contents.outboxes[claim.lane].raiseMarks(to: offsets)
    }

    package func waitingEffects(_ claim: LaneClaim, after sequence: Int64, limit: Int) -> [OutboxRecord] {
        contents.outboxes[claim.lane].waiting(after: sequence, limit: limit)
    }

    package func deleteEffects(_ claim: LaneClaim, through sequence: Int64) {
        contents.outboxes[claim.lane].delete(through: sequence)
    }

    package func read(_ request: ReadRequest) throws(LaneFailure) -> any RowSource {
        do throws(MemoryStoreError) { return try tables.answer(request) } catch { throw .database(.from(error)) }
    }

    /// Does all of it, or nothing when the fence or a row is refused.
    package func commit(_ commit: MemoryCommit) throws(LaneFailure) {
        let lane = commit.claim.lane
        // Into a build that nobody reads any more.
        if commit.claim.build != build, !guards.fencesRetiredBuilds { return }
        try checkFence(commit, contents.lanes[lane])
        if let refusedText, commit.changes.rows.contains(where: { $0.holds(refusedText) }) {
            throw .database(.server(sqlState: "22021", "a row holds \(refusedText)"))
        }
        let before = contents
        do throws(MemoryStoreError) {
            for row in commit.parked {
                guard contents.parked[lane].updateValue(row, forKey: row.parkedPlace) == nil else {
                    throw .duplicateKey(table: "parked_event", row: row.parkedPlace)
                }
                notePark(row.parkedPlace, lane: lane)
            }
            if let changes = commit.parking { apply(changes, lane: lane) }
            try store(commit.effects, commit)
            try tables.apply(commit.changes)
        } catch {
            contents = before
            throw .database(.from(error))
        }
        contents.tables = tables.contents
        for (topic, offset) in zip(view.topics, commit.next) { contents.lanes[lane].next[topic] = offset }
        contents.folded[lane] += commit.records
    }

    private func store(_ effects: LaneEffects?, _ commit: MemoryCommit) throws(MemoryStoreError) {
        guard let effects else { return }
        let lane = commit.claim.lane
        for record in effects.records where contents.outboxes[lane].holds(record.sequence) {
            throw .duplicateKey(table: "outbox", row: "\(lane) \(record.sequence)")
        }
        contents.outboxes[lane].add(effects, topics: view.topics, next: commit.next)
    }

    func note(violation: String) { violations.append(violation) }

    /// A database that forgot what a transaction is: the rows are there, the checkpoint is not.
    package func commitRowsAlone(_ commit: MemoryCommit) {
        guard !guards.isAtomic, (try? checkFence(commit, contents.lanes[commit.claim.lane])) != nil else { return }
        try? tables.apply(commit.changes)
        contents.tables = tables.contents
    }

    private func checkFence(_ commit: MemoryCommit, _ lane: Lane) throws(LaneFailure) {
        let (claim, place) = (commit.claim, "lane \(commit.claim.lane)")
        if claim.build != build { throw .fenced }
        if lane.epoch != claim.epoch {
            if guards.checksEpoch { throw .fenced }
            violations.append("\(place): a commit of epoch \(claim.epoch) passed in epoch \(lane.epoch)")
        }
        for (topic, next) in zip(view.topics, commit.next) {
            let (stored, expected) = (lane.next[topic] ?? 0, claim.next[topic] ?? 0)
            if stored != expected {
                if guards.checksOffsets { throw .moved }
                violations.append("\(place): \(topic) was at \(stored), a commit from \(expected) on passed")
            }
            if next < stored { violations.append("\(place): \(topic) went back from \(stored) to \(next)") }
        }
    }
}

/// Where a record lies within its lane.
package struct RecordPlace: Sendable, Hashable {
    package let topic: Int
    package let offset: Int64

    package init(topic: Int, offset: Int64) {
        self.topic = topic
        self.offset = offset
    }
}

/// A `LaneCommit` copied out of its lender's buffers: it may arrive later.
package struct MemoryCommit: Sendable {
    package let claim: LaneClaim
    package let next: [Int64]
    package let changes: MemoryChanges
    package let parked: [MemoryRow]
    package let effects: LaneEffects?
    package let parking: ParkingChanges?
    /// The records that the commit moves the checkpoints over, in the order in which they were folded.
    package let records: [RecordPlace]

    package init(_ commit: LaneCommit, records: [RecordPlace] = []) throws(LaneFailure) {
        claim = commit.claim
        next = commit.next
        effects = commit.effects
        parking = commit.parking
        self.records = records
        do throws(MemoryStoreError) {
            changes = try MemoryChanges(commit.writes)
            parked = try commit.parked.decodedRows()
        } catch {
            throw .database(.from(error))
        }
    }
}

extension MemoryRow {
    private func text(_ column: String) -> String? {
        guard let index = ParkingLot.table.columns.firstIndex(where: { $0.name == column }) else { return nil }
        return fields[index].map { String(decoding: $0, as: UTF8.self) }
    }

    fileprivate var parkingKey: String? { text("parking_key") }

    fileprivate var parkedPlace: String { "\(text("topic") ?? "")@\(fields[1] ?? [])" }

    static func parkedPlace(topic: String, offset: Int64) -> String {
        "\(topic)@\(withUnsafeBytes(of: offset.bigEndian) { Array($0) })"
    }

    fileprivate func holds(_ text: String) -> Bool {
        let pattern = Array(text.utf8)
        return fields.contains { field in
            guard let field, field.count >= pattern.count else { return false }
            return (0...(field.count - pattern.count)).contains {
                field[$0..<$0 + pattern.count].elementsEqual(pattern)
            }
        }
    }
}

extension PostgresError {
    /// What PostgreSQL would say.
    static func from(_ error: MemoryStoreError) -> PostgresError {
        switch error {
        case .duplicateKey: .server(sqlState: uniqueViolation, error.description)
        case .keyTwiceInStatement: .server(sqlState: "21000", error.description)
        case .nullField: .server(sqlState: "23502", error.description)
        case .malformed: .server(sqlState: "22P03", error.description)
        case .notIndexed: .usage(error.description)
        }
    }
}
