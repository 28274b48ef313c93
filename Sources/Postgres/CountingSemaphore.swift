import Glibc

/// A semaphore between threads.
package final class CountingSemaphore: @unchecked Sendable {
    // Unchecked: sem_t is made for use from several threads, and the pointer never changes.
    private let semaphore: UnsafeMutablePointer<sem_t>

    package init(_ count: Int = 0) {
        semaphore = .allocate(capacity: 1)
        sem_init(semaphore, 0, UInt32(clamping: count))
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    package func signal() { sem_post(semaphore) }

    package func wait() {
        while sem_wait(semaphore) != 0, errno == EINTR {}
    }

    /// False when no signal came in time.
    package func wait(timeoutMilliseconds: Int) -> Bool {
        var until = timespec()
        clock_gettime(CLOCK_REALTIME, &until)
        let nanoseconds = until.tv_nsec + (timeoutMilliseconds % 1000) * 1_000_000
        until.tv_sec += timeoutMilliseconds / 1000 + nanoseconds / 1_000_000_000
        until.tv_nsec = nanoseconds % 1_000_000_000
        while sem_timedwait(semaphore, &until) != 0 {
            if errno != EINTR { return false }
        }
        return true
    }
}
