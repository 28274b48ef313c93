import HTTPServing

/// Threads for requests that write or that take long. The kinds are apart: passwords, which cost a fifth of a second of
/// CPU each, hold up no order, commands that wait for a Kafka that is away hold up nobody who signs in or opens a stream,
/// and a report over years no quote.
final class WorkPool: Sendable {
    enum Kind: Sendable, CaseIterable {
        /// A statement or two, then a few milliseconds until Kafka has acknowledged; seconds while it does not.
        case commands
        /// A whole file, thousands of events of it.
        case imports
        /// A few statements: refresh tokens and tickets.
        case sessions
        /// Hashes a password.
        case passwords
        /// Rows that take the database longer than others should wait for.
        case slowReads

        var threads: Int {
            switch self {
            case .commands: ReadAPILimits.commandThreads
            case .imports: ReadAPILimits.importThreads
            case .sessions: ReadAPILimits.sessionThreads
            case .passwords: ReadAPILimits.passwordThreads
            case .slowReads: ReadAPILimits.slowReadThreads
            }
        }

        var queued: Int {
            switch self {
            case .commands: ReadAPILimits.queuedCommands
            case .imports: ReadAPILimits.queuedImports
            case .sessions: ReadAPILimits.queuedSessions
            case .passwords: ReadAPILimits.queuedPasswords
            case .slowReads: ReadAPILimits.queuedSlowReads
            }
        }
    }

    /// One request: run with a session, or refused.
    struct Job: Sendable {
        let run: @Sendable (DatabaseSession) -> Void
        let refuse: @Sendable (Problem) -> Void
    }

    private struct Waiting {
        let job: Job
        /// When nobody waits for it any more: nanoseconds of `MonotonicClock`.
        let deadline: UInt64
    }

    private struct State {
        var jobs: [Waiting] = []
        var isClosed = false
    }

    let kind: Kind
    private let patienceMilliseconds: Int
    private let state = Monitor(State())

    init(_ kind: Kind, patienceMilliseconds: Int = ReadAPILimits.queuedWorkMilliseconds) {
        self.kind = kind
        self.patienceMilliseconds = patienceMilliseconds
    }

    /// Runs the job on one of the pool's threads; refuses it when too many wait, or when its turn comes too late: an order
    /// whose client has given up must not go out.
    func add(_ job: Job) {
        let deadline = MonotonicClock.deadline(milliseconds: patienceMilliseconds)
        let problem: Problem? = state.notify { state in
            guard !state.isClosed else { return .stopping }
            guard state.jobs.count < kind.queued else { return .overloaded(waiting: kind.queued) }
            state.jobs.append(Waiting(job: job, deadline: deadline))
            return nil
        }
        if let problem { job.refuse(problem) }
    }

    /// A thread of the pool: returns after `close`.
    func serve(_ session: DatabaseSession) {
        while let next = next() {
            if MonotonicClock.nanoseconds() < next.deadline {
                next.job.run(session)
            } else {
                next.job.refuse(.waitedTooLong)
            }
        }
    }

    private func next() -> Waiting? {
        state.wait { state -> Waiting?? in
            guard !state.jobs.isEmpty else { return state.isClosed ? .some(nil) : nil }
            return .some(state.jobs.removeFirst())
        }
    }

    /// Takes no more jobs and refuses those that have not begun.
    func close() {
        let left = state.notify(all: true) { state in
            state.isClosed = true
            defer { state.jobs = [] }
            return state.jobs
        }
        for waiting in left { waiting.job.refuse(.stopping) }
    }
}
