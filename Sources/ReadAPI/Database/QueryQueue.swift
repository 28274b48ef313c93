import Foundation
import HTTPServing

/// The bounded queue between the event loops and the query threads.
final class QueryQueue: Sendable {
    /// What one thread runs on one snapshot.
    struct Share {
        let jobs: [ReadJob]
        fileprivate let begun: UInt64
    }

    private struct State {
        /// Taken from `first` on; compacted when emptied.
        var jobs: [ReadJob] = []
        var first = 0
        var isClosed = false
        var turns: QueryTurns

        var count: Int { jobs.count - first }

        mutating func take(_ number: Int) -> [ReadJob] {
            let taken = Array(jobs[first..<first + number])
            first += number
            if first == jobs.count || first > ReadAPILimits.queuedRequests {
                jobs.removeFirst(first)
                first = 0
            }
            return taken
        }
    }

    private let state: Monitor<State>

    /// More snapshots at a time than there are cores pay for a snapshot and gain nothing.
    init(
        parts: Int = max(1, min(ReadAPILimits.queryThreads, ProcessInfo.processInfo.activeProcessorCount))
    ) {
        let turns = QueryTurns(
            parts: parts, mostJobs: ReadAPILimits.requestsPerSnapshot,
            slowNanoseconds: ReadAPILimits.slowSnapshotMicroseconds * 1_000)
        state = Monitor(State(turns: turns))
    }

    var count: Int { state.withLock { $0.count } }

    /// False when the queue is full or closed.
    func add(_ job: ReadJob) -> Bool {
        state.change { state in
            guard !state.isClosed, state.count < ReadAPILimits.queuedRequests else { return (false, wakes: false) }
            state.jobs.append(job)
            return (true, wakes: state.turns.isCalled(now: MonotonicClock.nanoseconds()))
        }
    }

    /// The next jobs, one at least, for a thread that is done with its last ones. Nil once closed.
    func take(after last: Share?) -> Share? {
        var slept: QueryTurns.Step?
        if let last { state.withLock { $0.turns.ended(begun: last.begun) } }
        return state.wait { state -> Monitor<State>.Step<Share?> in
            if let slept { state.turns.wokeUp(from: slept) }
            if state.isClosed, state.count == 0 { return .done(nil, wakes: false) }
            let now = MonotonicClock.nanoseconds()
            let step = state.turns.next(jobs: state.count, now: now)
            slept = step
            switch step {
            case .take(let number):
                let share = Share(jobs: state.take(number), begun: now)
                return .done(share, wakes: state.count > 0 && state.turns.isCalled(now: now))
            case .wait: return .wait
            case .waitNanoseconds(let time): return .waitUntil(now + time)
            }
        }
    }

    /// Takes no more jobs and gives back those that nobody has begun.
    func close() -> [ReadJob] {
        state.notify(all: true) { state in
            state.isClosed = true
            defer {
                state.jobs = []
                state.first = 0
            }
            return Array(state.jobs[state.first...])
        }
    }
}
