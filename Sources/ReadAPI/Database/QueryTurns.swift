/// Which query thread takes how much of what waits, and who is woken for it: pure. Times are nanoseconds of
/// `MonotonicClock`.
///
/// A request costs a fraction of the snapshot that it shares. So no more threads than `parts` begin snapshots at a time,
/// and what comes meanwhile waits for the first of them to be done, together. A snapshot that takes longer than
/// `slowNanoseconds` counts no more: who is behind a slow query finds another thread.
struct QueryTurns {
    enum Step: Equatable {
        case take(Int)
        case wait
        /// Jobs wait while all parts are busy: somebody must look again when these have become slow.
        case waitNanoseconds(UInt64)
    }

    let parts: Int
    let mostJobs: Int
    let slowNanoseconds: UInt64
    /// When each running snapshot began.
    private var begun: [UInt64] = []
    private var sleeping = 0
    /// Of those that sleep, how many wake after `waitNanoseconds` without being called.
    private var lookouts = 0
    /// Called, and not yet up.
    private var called = 0

    init(parts: Int, mostJobs: Int, slowNanoseconds: UInt64) {
        self.parts = parts
        self.mostJobs = mostJobs
        self.slowNanoseconds = slowNanoseconds
    }

    private func quick(_ now: UInt64) -> Int {
        begun.count { now < $0 + slowNanoseconds }
    }

    /// Asked when a job has come, or was left by who took others. True when a sleeping thread is to be called.
    mutating func isCalled(now: UInt64) -> Bool {
        guard sleeping > called, quick(now) + called < parts || lookouts + called == 0 else { return false }
        called += 1
        return true
    }

    /// A thread has no work and does what is returned, then `wokeUp` and this again.
    mutating func next(jobs: Int, now: UInt64) -> Step {
        let quick = quick(now)
        if jobs > 0, quick < parts {
            begun.append(now)
            let free = parts - quick
            return .take(min((jobs + free - 1) / free, mostJobs))
        }
        sleeping += 1
        guard jobs > 0, lookouts == 0 else { return .wait }
        lookouts += 1
        let first = begun.filter { now < $0 + slowNanoseconds }.min() ?? now
        return .waitNanoseconds(first + slowNanoseconds - now)
    }

    /// A thread is up again: called, after its time, or for no reason.
    mutating func wokeUp(from step: Step) {
        sleeping -= 1
        if case .waitNanoseconds = step { lookouts -= 1 }
        called = max(0, called - 1)
    }

    /// The snapshot that was begun at this time is done.
    mutating func ended(begun time: UInt64) {
        if let index = begun.firstIndex(of: time) { begun.remove(at: index) }
    }
}
