import HTTPServing
import Synchronization

/// Whose requests to which route took too long lately to share a snapshot with others: they are read apart for a while.
final class SlowReads: Sendable {
    /// Until when: nanoseconds of `MonotonicClock`.
    private let ends = Mutex<[String: UInt64]>([:])

    func note(_ key: String) {
        let now = MonotonicClock.nanoseconds()
        ends.withLock { ends in
            if ends.count >= ReadAPILimits.rememberedSlowReads { ends = ends.filter { $0.value > now } }
            if ends.count >= ReadAPILimits.rememberedSlowReads { ends = [:] }
            ends[key] = now + ReadAPILimits.slowReadsSeconds * 1_000_000_000
        }
    }

    func contains(_ key: String) -> Bool {
        let now = MonotonicClock.nanoseconds()
        return ends.withLock { $0[key].map { $0 > now } ?? false }
    }
}
