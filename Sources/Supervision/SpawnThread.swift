import Glibc
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
    private let wake = ThreadSignal()

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
        let box = Box<Value>()
        state.withLock { $0.jobs.append { box.put(body()) } }
        wake.signal()
        return box.take()
    }

    private final class Box<Value: Sendable>: Sendable {
        private let value = Mutex<Value?>(nil)
        private let done = ThreadSignal()

        func put(_ new: Value) {
            value.withLock { $0 = new }
            done.signal()
        }

        func take() -> Value {
            while true {
                if let value = value.withLock({ $0 }) { return value }
                done.wait()
            }
        }
    }
}
