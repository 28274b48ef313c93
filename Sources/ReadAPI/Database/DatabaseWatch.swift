import HTTPServing
import Postgres
import Synchronization

/// What the read API knows of its database without asking it now.
enum DatabaseState: Sendable, Equatable {
    case starting
    case ready(LiveViews)
    case unreachable(String)
    /// Reachable, but without Tapefold's schema.
    case unprepared(String)
}

/// Looks at the database once a second for readiness, and every few milliseconds while requests wait for a view to reach
/// a position: one connection and one statement for all that wait.
final class DatabaseWatch: Sendable {
    private struct Waiter {
        let job: ReadJob
        var behind: LogPosition
    }

    private struct State {
        var database = DatabaseState.starting
        /// Since when the database has been asked without an answer, in nanoseconds of the monotonic clock.
        var askedAt: UInt64?
        var waiters: [Waiter] = []
        var isStopping = false
    }

    private let state = Monitor(State())
    private let address: String
    private let log: Log
    private let stopping = Atomic(false)

    init(address: String, log: Log) {
        self.address = address
        self.log = log
    }

    /// As the last look found it, unless the database has left the present one without an answer for longer than any
    /// statement may take: a server that hangs refuses no connection.
    var database: DatabaseState {
        let (database, askedAt) = state.withLock { ($0.database, $0.askedAt) }
        guard case .ready = database, let askedAt else { return database }
        let waited = MonotonicClock.nanoseconds() - askedAt
        guard waited > UInt64(ReadAPILimits.statementMilliseconds) * 1_000_000 else { return database }
        return .unreachable("\(address): no answer for \(waited / 1_000_000_000) s")
    }

    var waiting: Int { state.withLock { $0.waiters.count } }

    /// Takes a job until its views have got to its positions, or its deadline passes.
    func wait(_ job: ReadJob, behind: LogPosition) {
        guard MonotonicClock.nanoseconds() < job.waitDeadline else { return job.fail(Self.timeOut(behind)) }
        let taken = state.notify { state in
            guard !state.isStopping, state.waiters.count < ReadAPILimits.waitingRequests else { return false }
            state.waiters.append(Waiter(job: job, behind: behind))
            return true
        }
        if !taken { job.fail(stopping.load(ordering: .relaxed) ? .stopping : .tooManyWaiting) }
    }

    func stop() {
        stopping.store(true, ordering: .relaxed)
        state.notify(all: true) { $0.isStopping = true }
    }

    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    /// The watch's thread: returns after `stop`, with every waiter answered.
    /// - Parameter read: takes requests whose positions are reached.
    func run(_ session: DatabaseSession, read: (ReadJob) -> Void) {
        var isWaiting = false
        while true {
            look(session, read)
            let pause = isWaiting ? ReadAPILimits.waitPollMilliseconds : ReadAPILimits.databaseProbeMilliseconds
            let (stop, count) = state.wait(
                milliseconds: pause, unless: { $0.isStopping || (!isWaiting && !$0.waiters.isEmpty) },
                { ($0.isStopping, $0.waiters.count) })
            if stop { break }
            isWaiting = count > 0
        }
        let left = state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in left { waiter.job.fail(.stopping) }
    }

    private func look(_ session: DatabaseSession, _ read: (ReadJob) -> Void) {
        state.withLock { $0.askedAt = MonotonicClock.nanoseconds() }
        defer { state.withLock { $0.askedAt = nil } }
        do throws(PostgresError) {
            let live = try LiveViews(session.open().cachedQuery(LiveViews.query, LiveViews.parameters()))
            publish(.ready(live))
            release(live, read)
        } catch {
            if error.isConnectionLost || error.sqlState?.hasPrefix("57P") ?? false { session.drop() }
            switch error.sqlState {
            case PostgresError.undefinedTable, "3F000": publish(.unprepared("\(address): \(error.message)"))
            default: publish(.unreachable("\(address): \(error.message)"))
            }
            release(nil, read)
        }
    }

    private func publish(_ database: DatabaseState) {
        let before = state.withLock { state in
            defer { state.database = database }
            return state.database
        }
        switch (before, database) {
        case (.ready, .ready): return
        case (_, .ready): log.info("the database at \(address) is ready")
        case (.unreachable, .unreachable), (.unprepared, .unprepared): return
        case (_, .unreachable(let why)): log.warning("the database is unreachable, trying again every second: \(why)")
        case (_, .unprepared(let why)):
            log.warning("the database has no Tapefold schema, run tapefold db migrate: \(why)")
        default: return
        }
    }

    /// Sends on the jobs whose positions are reached and gives up those whose time is over.
    private func release(_ live: LiveViews?, _ read: (ReadJob) -> Void) {
        let now = MonotonicClock.nanoseconds()
        var ready: [ReadJob] = []
        var late: [Waiter] = []
        state.withLock { state in
            state.waiters = state.waiters.filter { waiter in
                if let live, live.firstBehind(waiter.job.plan.after, of: waiter.job.plan.allViews) == nil {
                    ready.append(waiter.job)
                    return false
                }
                if now >= waiter.job.waitDeadline {
                    late.append(waiter)
                    return false
                }
                return true
            }
        }
        for job in ready { read(job) }
        for waiter in late { waiter.job.fail(Self.timeOut(waiter.behind)) }
    }

    private static func timeOut(_ behind: LogPosition) -> Problem {
        .timedOut(
            "after: \(behind.description) was not reached in time; "
                + "check the topic's name and the view's lag (tapefold status), or ask without after")
    }
}
