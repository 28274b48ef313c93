import HTTPServing
import Synchronization

/// A token bucket: `burst` requests at once, and one more every `intervalNanoseconds`.
///
/// Kept as the one moment at which the bucket is full again (the generic cell rate algorithm), so that a bucket is eight
/// bytes and exact in integers.
struct RateLimit: Sendable, Equatable {
    let intervalNanoseconds: UInt64
    let burst: UInt64

    /// Nil for no limit at all.
    init?(perSecond: Int, burst: Int) {
        guard perSecond > 0, burst > 0 else { return nil }
        intervalNanoseconds = 1_000_000_000 / UInt64(perSecond)
        self.burst = UInt64(burst)
    }

    init(every seconds: Int, burst: Int) {
        intervalNanoseconds = UInt64(seconds) * 1_000_000_000
        self.burst = UInt64(burst)
    }

    /// Takes a token from a bucket that is full again at `fullAt`. Nanoseconds to wait where it has none.
    func take(fullAt: inout UInt64, now: UInt64) -> UInt64? {
        let next = max(fullAt, now) + intervalNanoseconds
        let limit = now + intervalNanoseconds * burst
        guard next <= limit else { return next - limit }
        fullAt = next
        return nil
    }
}

/// The buckets of many users or addresses under one limit.
final class RateLimiter: Sendable {
    private struct State {
        /// When each bucket is full again.
        var buckets: [String: UInt64] = [:]
        var prunedAt: UInt64 = 0
    }

    private let limit: RateLimit?
    private let state = Mutex(State())

    init(_ limit: RateLimit?) { self.limit = limit }

    /// Whole seconds to wait, 1 at least, or nil when the request may go on.
    func secondsToWait(_ key: String, now: UInt64 = MonotonicClock.nanoseconds()) -> Int? {
        guard let limit else { return nil }
        return state.withLock { state in
            let key = Self.room(for: key, in: &state, now: now)
            let wait = limit.take(fullAt: &state.buckets[key, default: 0], now: now)
            return wait.map { Int(($0 + 999_999_999) / 1_000_000_000) }
        }
    }

    /// The key itself, or where there are too many the one that all further keys share. Full buckets say nothing and go.
    private static func room(for key: String, in state: inout State, now: UInt64) -> String {
        guard state.buckets.count >= ReadAPILimits.rateBuckets, state.buckets[key] == nil else { return key }
        if now >= state.prunedAt + 1_000_000_000 {
            state.prunedAt = now
            state.buckets = state.buckets.filter { $0.value > now }
        }
        return state.buckets.count < ReadAPILimits.rateBuckets ? key : ""
    }
}

/// The limits in force; nil is none.
struct RateLimits: Sendable, Equatable {
    var user = RateLimit(
        perSecond: ReadAPILimits.userRequestsPerSecond, burst: ReadAPILimits.userRequestsBurst)
    var address = RateLimit(
        perSecond: ReadAPILimits.addressRequestsPerSecond, burst: ReadAPILimits.addressRequestsBurst)
    var commands = RateLimit(
        perSecond: ReadAPILimits.userCommandsPerSecond, burst: ReadAPILimits.userCommandsBurst)
    /// Attempts to sign in, by address.
    var logins: RateLimit? = RateLimit(every: ReadAPILimits.loginSeconds, burst: ReadAPILimits.loginsBurst)

    static let none: RateLimits = {
        var limits = RateLimits()
        (limits.user, limits.address, limits.commands, limits.logins) = (nil, nil, nil, nil)
        return limits
    }()
}
