import Glibc

/// Nanoseconds of the clock that never steps, for durations and deadlines.
public enum MonotonicClock {
    public static func nanoseconds() -> UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    }

    /// A moment so many milliseconds from now.
    public static func deadline(milliseconds: Int) -> UInt64 {
        nanoseconds() + UInt64(milliseconds) * 1_000_000
    }
}
