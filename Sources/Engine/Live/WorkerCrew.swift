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
        var left = 0
        var failures: [Failure] = []
    }

    private let stop: StopSignal
    private let state = Mutex(State())

    init(stop: StopSignal) { self.stop = stop }

    func start(_ view: String, _ work: @escaping @Sendable () throws(EngineError) -> Void) {
        state.withLock { $0.left += 1 }
        let thread = Thread { [self] in
            do throws(EngineError) { try work() } catch {
                state.withLock { $0.failures.append(Failure(view: view, error: error)) }
                stop.set()
            }
            state.withLock { $0.left -= 1 }
        }
        thread.name = view
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Returns when all are done, with those that failed.
    func join() -> [Failure] {
        while state.withLock({ $0.left > 0 }) { usleep(UInt32(EngineLimits.crewLookMilliseconds * 1_000)) }
        return state.withLock { $0.failures }
    }
}
