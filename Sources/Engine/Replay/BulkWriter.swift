import Foundation
import Postgres
import Projections

/// Writes a rebuild's rows: ledgers in COPY pieces as they come, state and checkpoint together now and then (``FlushInterval``), all
/// of it in one transaction up to the next checkpoint.
struct BulkWriter {
    private let view: ViewConfiguration
    private let store: ViewStore
    private let parking: ParkingLot
    private let connection: PostgresConnection
    private let stateIndexes: StateIndexes
    private var partitions: TablePartitions
    /// Of its own, as the lane's transaction stays open and would keep what it attached from the other lanes.
    private var partitionMaker: PostgresConnection?
    private let writes: WriteSet
    private var lastFlush = ContinuousClock.now
    /// State has been written, or was taken over, so that there is something to read.
    private(set) var hasFlushed: Bool

    init(
        _ view: ViewConfiguration, store: ViewStore, parking: ParkingLot, on connection: PostgresConnection,
        _ stateIndexes: StateIndexes
    ) {
        self.view = view
        self.store = store
        self.parking = parking
        self.connection = connection
        self.stateIndexes = stateIndexes
        partitions = TablePartitions(view.definition, schema: store.schema, isIndexed: false)
        hasFlushed = view.cut?.carried != nil
        writes = WriteSet(view.definition, insertLayout: .copy)
    }

    /// Takes what the fold has for the ledgers; sends it when there is enough, and flushes when it is time.
    mutating func drain(
        _ fold: some ViewFold, claim: inout LaneClaim, next: [Int64], unflushedLimit: Int
    ) throws(LaneFailure) {
        fold.drain(into: writes, state: false)
        if writes.byteCount >= EngineLimits.rebuildChunkBytes {
            try addPartitionsOrFail()
            try attempt(copyLedgers)
        }
        if ContinuousClock.now - lastFlush >= FlushInterval.of(unflushedRows: fold.unflushedRows)
            || fold.unflushedKeys > unflushedLimit
        {
            try flush(fold, claim: &claim, next: next)
        }
    }

    private mutating func addPartitionsOrFail() throws(LaneFailure) {
        do throws(PostgresError) { try addPartitions() } catch { throw .from(error) }
    }

    private func attempt(_ body: () throws(PostgresError) -> Void) throws(LaneFailure) {
        do throws(PostgresError) {
            try body()
        } catch {
            throw .from(error)
        }
    }

    /// Before anything is locked by this piece's rows.
    private mutating func addPartitions() throws(PostgresError) {
        guard partitions.lacks(writes) else { return }
        let maker: PostgresConnection
        if let made = partitionMaker {
            maker = made
        } else {
            maker = try PostgresConnection.connect(stateIndexes.configuration)
            partitionMaker = maker
        }
        try partitions.add(for: writes, on: maker)
    }

    private func copyLedgers() throws(PostgresError) {
        if !connection.isInTransaction { try connection.begin() }
        try store.copyRows(writes, role: .ledger, on: connection)
    }

    /// Makes everything up to `next` durable: ledgers, state, parked events and the checkpoint.
    mutating func flush(_ fold: some ViewFold, claim: inout LaneClaim, next: [Int64]) throws(LaneFailure) {
        fold.drain(into: writes, state: true)
        try addPartitionsOrFail()
        let isUpdating = writes.tables.contains { $0.upserts.layout == .arrays && $0.upserts.rowCount > 0 }
        if isUpdating { try attempt(stateIndexes.ensure) }
        let current = claim
        try attempt { () throws(PostgresError) in
            try copyLedgers()
            try store.copyRows(writes, role: .state, on: connection)
            let fence = try Fence.parameters(current, view: view, next: next)
            try connection.pipeline { (pipeline) throws(PostgresError) in
                _ = try pipeline.addCached(Fence.sql, fence)
                _ = try store.addChanges(writes, to: pipeline)
                _ = try ParkedRows.add(parking.rows, current, view: view.name, to: pipeline)
            }
            try connection.commit()
        }
        for (input, offset) in zip(view.inputs, next) { claim.next[input.topic] = offset }
        writes.clear()
        parking.committed()
        fold.committed()
        lastFlush = .now
        hasFlushed = true
    }
}
