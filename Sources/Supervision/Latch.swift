import Glibc
import Postgres

/// A value that is set once and that any number of threads can wait for.
final class Latch<Value: Sendable>: @unchecked Sendable {
    // Unchecked: `value` is touched only under `mutex`; the two pointers never change.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var value: Value?

    init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
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

    var current: Value? { withValue { $0 } }

    /// Runs `body` while the value cannot change.
    func withValue<Result>(_ body: (Value?) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(value)
    }

    /// Sets what `make` returns, made while nobody else can look.
    func set(_ make: () -> Value) {
        pthread_mutex_lock(mutex)
        if value == nil { value = make() }
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Nil when it was not set in time; a negative time-out waits for ever.
    func wait(timeoutMilliseconds: Int = -1) -> Value? {
        var until = timespec()
        clock_gettime(CLOCK_MONOTONIC, &until)
        if timeoutMilliseconds > 0 {
            let nanoseconds = until.tv_nsec + (timeoutMilliseconds % 1000) * 1_000_000
            until.tv_sec += timeoutMilliseconds / 1000 + nanoseconds / 1_000_000_000
            until.tv_nsec = nanoseconds % 1_000_000_000
        }
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while value == nil {
            let outcome =
                timeoutMilliseconds < 0
                ? pthread_cond_wait(condition, mutex) : pthread_cond_timedwait(condition, mutex, &until)
            if outcome == ETIMEDOUT { break }
        }
        return value
    }
}
