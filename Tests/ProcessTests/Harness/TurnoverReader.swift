import Domain
import Foundation
import Postgres
import Synchronization

/// What `api.turnover` adds up to at one moment.
struct TurnoverSnapshot: Sendable, Equatable {
    let build: String
    /// By `topic/partition`.
    let next: [String: Int64]
    let trades: Int64
    /// In the currency's hundred-millionths, as text of the database.
    let turnover: String
}

/// Reads the example's view again and again, as people do who know nothing of builds: through schema `api` alone, with the
/// position beside it, in one statement.
final class TurnoverReader: Sendable {
    private struct State {
        var snapshots: [TurnoverSnapshot] = []
        var failure: String?
        var isDone = false
    }

    private let state = Mutex(State())
    private let stopping = Atomic<Bool>(false)

    init(_ databaseURL: String) {
        let thread = Thread { [self] in
            do {
                let connection = try PostgresConnection.connect(try PostgresConfiguration(url: databaseURL))
                while !stopping.load(ordering: .relaxed) {
                    let snapshot = try Self.read(connection)
                    state.withLock { $0.snapshots.append(snapshot) }
                    usleep(ProcessTestLimits.pollMicroseconds / 4)
                }
            } catch {
                state.withLock { $0.failure = "\(error)" }
            }
            state.withLock { $0.isDone = true }
        }
        thread.start()
    }

    private static func read(_ connection: PostgresConnection) throws -> TurnoverSnapshot {
        let rows = try connection.query(
            """
            SELECT b.build, c.topic || '/' || c.lane, c.next_offset, t.trades, t.turnover FROM tapefold.build b
            JOIN tapefold.checkpoint c USING (view, build), LATERAL (
                SELECT coalesce(sum(trades), 0)::bigint AS trades, coalesce(sum(turnover), 0)::text AS turnover
                FROM api.turnover) t
            WHERE b.view = 'turnover' AND b.status = 'live'
            """)
        var next: [String: Int64] = [:]
        for row in 0..<rows.rowCount { next[try rows.text(row, 1)] = try rows.int64(row, 2) }
        return TurnoverSnapshot(
            build: try rows.text(0, 0), next: next, trades: try rows.int64(0, 3), turnover: try rows.text(0, 4))
    }

    var count: Int { state.withLock { $0.snapshots.count } }

    func stop() throws -> [TurnoverSnapshot] {
        stopping.store(true, ordering: .relaxed)
        try eventually("the reader to end") { state.withLock { $0.isDone } }
        if let failure = state.withLock({ $0.failure }) { throw WaitTimedOut(what: "reader: \(failure)", seconds: 0) }
        return state.withLock { $0.snapshots }
    }
}

/// The same figures worked out from the log.
struct TurnoverOracle {
    private var seen: Set<Int> = []
    private(set) var trades: Int64 = 0
    private var hundredths: Int64 = 0
    private(set) var fees: Int64 = 0

    mutating func record(_ event: TradeScript.Event) {
        guard case .trade(let trade) = event, seen.insert(trade.number).inserted else { return }
        trades += 1
        hundredths += trade.price * trade.quantity
        fees += trade.fees
    }

    /// As PostgreSQL writes a sum of `numeric(38,8)`; a sum of no rows is 0.
    var turnover: String { trades == 0 ? "0" : TradeScript.decimal(hundredths) + "000000" }
}
