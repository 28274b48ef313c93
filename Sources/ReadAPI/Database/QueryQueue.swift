import Foundation

/// The bounded queue between the event loops and the query threads.
final class QueryQueue: Sendable {
    private struct State {
        /// Taken from `first` on; compacted when emptied.
        var jobs: [ReadJob] = []
        var first = 0
        var isClosed = false

        var count: Int { jobs.count - first }
    }

    private let state = Monitor(State())
    /// What waits is split in so many parts: more snapshots at a time than cores pay for a snapshot and gain nothing.
    private static let parts = max(1, min(ReadAPILimits.queryThreads, ProcessInfo.processInfo.activeProcessorCount))

    var count: Int { state.withLock { $0.count } }

    /// False when the queue is full or closed.
    func add(_ job: ReadJob) -> Bool {
        state.notify { state in
            guard !state.isClosed, state.count < ReadAPILimits.queuedRequests else { return false }
            state.jobs.append(job)
            return true
        }
    }

    /// The next jobs, one at least: a share of what waits, so that all cores have work. Nil once closed.
    func take() -> [ReadJob]? {
        state.wait { state -> [ReadJob]?? in
            guard state.count > 0 else { return state.isClosed ? .some(nil) : nil }
            let share = (state.count + Self.parts - 1) / Self.parts
            let number = min(share, ReadAPILimits.requestsPerSnapshot)
            let taken = Array(state.jobs[state.first..<state.first + number])
            state.first += number
            if state.first == state.jobs.count || state.first > ReadAPILimits.queuedRequests {
                state.jobs.removeFirst(state.first)
                state.first = 0
            }
            return .some(taken)
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
