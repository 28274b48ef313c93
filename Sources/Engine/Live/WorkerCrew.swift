import Foundation
import Synchronization

/// Runs the workers of a process, a thread each, until the stop signal. When one of them fails the others stop, cleanly.
final class WorkerCrew: Sendable {
    /// A worker that failed, and why.
    struct Failure {
        let view: String
        let error: EngineError
    }

    private struct State {
        /// What still runs, a name for each thread.
        var busy: [String] = []
        var failures: [Failure] = []
    }

    private let stop: StopSignal
    private let state = Mutex(State())

    private let stopMilliseconds: Int

    /// - Parameter stopMilliseconds: how long ``join()`` waits once the stop signal is set.
    init(stop: StopSignal, stopMilliseconds: Int = EngineLimits.crewStopMilliseconds) {
        self.stop = stop
        self.stopMilliseconds = stopMilliseconds
    }

    func start(_ view: String, _ work: @escaping @Sendable () throws(EngineError) -> Void) {
        state.withLock { $0.busy.append(view) }
        let thread = Thread { [self] in
            do throws(EngineError) { try work() } catch {
                state.withLock { $0.failures.append(Failure(view: view, error: error)) }
                stop.set()
            }
            state.withLock { state in
                if let place = state.busy.firstIndex(of: view) { state.busy.remove(at: place) }
            }
        }
        thread.name = view
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Returns when all are done, with those that failed.
    ///
    /// One that does not end is left behind: a database that is frozen must not keep a process that is to stop. It does no
    /// harm, since lanes are fenced and claims have leases, and the process ends with its main thread.
    func join() -> [Failure] {
        var deadline: ContinuousClock.Instant?
        while true {
            let busy = state.withLock { $0.busy }
            guard !busy.isEmpty else { break }
            if stop.isSet { deadline = deadline ?? .now + .milliseconds(stopMilliseconds) }
            if let deadline, ContinuousClock.now > deadline {
                Log.warning(
                    "workers_busy",
                    [
                        "views": busy.sorted().joined(separator: ","),
                        "reason": "did not stop in \(stopMilliseconds) ms; the process ends without them",
                    ])
                break
            }
            usleep(UInt32(EngineLimits.crewLookMilliseconds * 1_000))
        }
        return state.withLock { $0.failures }
    }
}
