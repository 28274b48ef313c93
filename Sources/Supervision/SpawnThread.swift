import Glibc
import Postgres
import Synchronization

/// One thread that never ends and starts every child.
///
/// The parent-death signal of a child fires when the *thread* that started it ends, so children must not be
/// started from a thread of some pool.
final class SpawnThread: Sendable {
    static let shared = SpawnThread()

    private struct State {
        var jobs: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    private let wake = CountingSemaphore()

    private init() {
        Threads.detach { [self] in
            while true {
                let jobs = state.withLock { state in
                    defer { state.jobs = [] }
                    return state.jobs
                }
                for job in jobs { job() }
                if jobs.isEmpty { wake.wait() }
            }
        }
    }

    /// Runs `body` on the thread and waits for its result.
    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value {
        let result = Latch<Value>()
        state.withLock { $0.jobs.append { result.set(body) } }
        wake.signal()
        while true {
            if let value = result.wait() { return value }
        }
    }
}
