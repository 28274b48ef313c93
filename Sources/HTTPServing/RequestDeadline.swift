import Synchronization

/// When a connection's next request must have come whole: against clients that send a byte now and then, which an idle
/// time-out never catches. `now` and the deadline are nanoseconds of `MonotonicClock`.
struct RequestDeadline: ~Copyable, Sendable {
    private let patienceNanoseconds: UInt64
    /// 0 while a request is being answered, and once the time is over.
    private let deadline: Atomic<UInt64>

    init(patienceSeconds: Int, now: UInt64) {
        patienceNanoseconds = UInt64(patienceSeconds) * 1_000_000_000
        deadline = Atomic(now + patienceNanoseconds)
    }

    /// The request is whole; its answer may take as long as it takes.
    func received() {
        deadline.store(0, ordering: .relaxed)
    }

    /// The answer has left: the next request may begin.
    func answered(now: UInt64) {
        deadline.store(now + patienceNanoseconds, ordering: .relaxed)
    }

    /// Whether the time is over. Said once; not of a request that became whole just now.
    func takeExpired(now: UInt64) -> Bool {
        let deadline = deadline.load(ordering: .relaxed)
        guard deadline != 0, deadline <= now else { return false }
        return self.deadline.compareExchange(expected: deadline, desired: 0, ordering: .relaxed).exchanged
    }
}
