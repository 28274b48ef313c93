import Glibc
import HTTPServing

/// A thread of its own for work that blocks, which Swift's cooperative pool must not do.
///
/// `@unchecked Sendable`: `handle` is set before `start` returns and only read by `join`, which the owner calls once.
final class WorkerThread: @unchecked Sendable {
    private var handle = pthread_t()
    private let body: @Sendable () -> Void

    private init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }

    static func start(_ body: @escaping @Sendable () -> Void) -> WorkerThread {
        let thread = WorkerThread(body)
        let code = pthread_create(&thread.handle, nil, workerThreadMain, Unmanaged.passRetained(thread).toOpaque())
        precondition(code == 0, "the system gives no more threads: \(String(cString: strerror(code)))")
        return thread
    }

    func join() {
        pthread_join(handle, nil)
    }

    fileprivate func run() {
        body()
    }
}

private func workerThreadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    Unmanaged<WorkerThread>.fromOpaque(context).takeRetainedValue().run()
    return nil
}

/// A lock with a condition: `Synchronization.Mutex` has none to wait on.
///
/// `@unchecked Sendable`: the pthread objects lie at fixed addresses and are made for sharing; `value` is touched under
/// the lock only.
final class Monitor<Value>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var value: Value

    init(_ value: sending Value) {
        self.value = value
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&value)
    }

    /// Changes the value and wakes one waiter, or all.
    func notify<Result>(all: Bool = false, _ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let result = body(&value)
        if all { pthread_cond_broadcast(condition) } else { pthread_cond_signal(condition) }
        return result
    }

    /// Changes the value; wakes one waiter where `body` says so.
    func change<Result>(_ body: (inout Value) -> (Result, wakes: Bool)) -> Result {
        pthread_mutex_lock(mutex)
        let (result, wakes) = body(&value)
        pthread_mutex_unlock(mutex)
        // After the lock is free: who wakes up needs it at once.
        if wakes { pthread_cond_signal(condition) }
        return result
    }

    enum Step<Result> {
        case done(Result, wakes: Bool)
        case wait
        /// Until nanoseconds of `MonotonicClock`, unless it is woken before.
        case waitUntil(UInt64)
    }

    /// Asks `body` again and again what to do, until it is done.
    func wait<Result>(_ body: (inout Value) -> Step<Result>) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            switch body(&value) {
            case .done(let result, let wakes):
                if wakes { pthread_cond_signal(condition) }
                return result
            case .wait: pthread_cond_wait(condition, mutex)
            case .waitUntil(let time):
                var moment = timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
                pthread_cond_timedwait(condition, mutex, &moment)
            }
        }
    }

    /// Waits until `body` gives a value.
    func wait<Result>(_ body: (inout Value) -> Result?) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&value) { return result }
            pthread_cond_wait(condition, mutex)
        }
    }

    /// Waits until notified or `milliseconds` have passed, unless `isReady` already; then runs `body`.
    func wait<Result>(
        milliseconds: Int, unless isReady: (borrowing Value) -> Bool, _ body: (inout Value) -> Result
    ) -> Result {
        let deadline = MonotonicClock.deadline(milliseconds: milliseconds)
        var moment = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !isReady(value), pthread_cond_timedwait(condition, mutex, &moment) != ETIMEDOUT {}
        return body(&value)
    }
}
