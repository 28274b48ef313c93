import HTTPServing

/// Threads for requests that write or that take long. The kinds are apart: passwords, which cost a fifth of a second of
/// CPU each, hold up no order.
final class WorkPool: Sendable {
    enum Kind: Sendable, CaseIterable {
        /// A few statements, or a few milliseconds until Kafka has acknowledged.
        case commands
        /// Hashes a password.
        case passwords

        var threads: Int {
            switch self {
            case .commands: ReadAPILimits.commandThreads
            case .passwords: ReadAPILimits.passwordThreads
            }
        }

        var queued: Int {
            switch self {
            case .commands: ReadAPILimits.queuedCommands
            case .passwords: ReadAPILimits.queuedPasswords
            }
        }
    }

    /// One request: run with a session, or refused.
    struct Job: Sendable {
        let run: @Sendable (DatabaseSession) -> Void
        let refuse: @Sendable (Problem) -> Void
    }

    private struct State {
        var jobs: [Job] = []
        var isClosed = false
    }

    let kind: Kind
    private let state = Monitor(State())

    init(_ kind: Kind) { self.kind = kind }

    /// Runs the job on one of the pool's threads; refuses it when too many wait.
    func add(_ job: Job) {
        let problem: Problem? = state.notify { state in
            guard !state.isClosed else { return .stopping }
            guard state.jobs.count < kind.queued else { return .overloaded }
            state.jobs.append(job)
            return nil
        }
        if let problem { job.refuse(problem) }
    }

    /// A thread of the pool: returns after `close`.
    func serve(_ session: DatabaseSession) {
        while let job = next() { job.run(session) }
    }

    private func next() -> Job? {
        state.wait { state -> Job?? in
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
        for job in left { job.refuse(.stopping) }
    }
}
