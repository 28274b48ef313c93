import Foundation
import Postgres
import Synchronization

/// Reads the positions view again and again, as the read API does: build, positions and figures in one transaction.
final class SnapshotReader: Sendable {
    struct Snapshot: Sendable {
        let build: String
        /// By `topic/partition`.
        let next: [String: Int64]
        let digest: PositionDigest
    }

    private struct State {
        var snapshots: [Snapshot] = []
        var failure: String?
        var isDone = false
    }

    private let state = Mutex(State())
    private let stopping = Atomic<Bool>(false)

    init(_ databaseURL: String, perSecond: Int) {
        let thread = Thread { [self] in
            do {
                let connection = try PostgresConnection.connect(try PostgresConfiguration(url: databaseURL))
                var due = ContinuousClock.now
                while !stopping.load(ordering: .relaxed) {
                    let snapshot = try Self.read(connection)
                    state.withLock { $0.snapshots.append(snapshot) }
                    due += .microseconds(1_000_000 / perSecond)
                    let wait = due - .now
                    if wait > .zero {
                        usleep(UInt32(clamping: wait.components.attoseconds / 1_000_000_000_000))
                    } else {
                        due = .now
                    }
                }
            } catch {
                state.withLock { $0.failure = "\(error)" }
            }
            state.withLock { $0.isDone = true }
        }
        thread.start()
    }

    private static func read(_ connection: PostgresConnection) throws -> Snapshot {
        try connection.begin(.repeatableRead, readOnly: true)
        defer { connection.rollbackIfOpen() }
        let rows = try connection.query(
            """
            SELECT b.build, b.schema_name, c.topic, c.lane, c.next_offset FROM tapefold.build b
            JOIN tapefold.checkpoint c USING (view, build) WHERE b.view = 'positions' AND b.status = 'live'
            """)
        var next: [String: Int64] = [:]
        for row in 0..<rows.rowCount {
            next["\(try rows.text(row, 2))/\(try rows.int32(row, 3))"] = try rows.int64(row, 4)
        }
        let schema = try rows.text(0, 1)
        let digest = try PositionDigest(try connection.query(PositionDigest.sql(schema)))
        return Snapshot(build: try rows.text(0, 0), next: next, digest: digest)
    }

    var count: Int { state.withLock { $0.snapshots.count } }

    func stop() throws -> [Snapshot] {
        stopping.store(true, ordering: .relaxed)
        try eventually("the reader to end") { state.withLock { $0.isDone } }
        if let failure = state.withLock({ $0.failure }) { throw WaitTimedOut(what: "reader: \(failure)", seconds: 0) }
        return state.withLock { $0.snapshots }
    }
}
