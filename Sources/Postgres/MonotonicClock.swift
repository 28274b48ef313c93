import Glibc

/// Time for time-outs: never set back.
package enum MonotonicClock {
    package static var milliseconds: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }

    package static func sleep(milliseconds: Int) {
        let until = self.milliseconds + Int64(milliseconds)
        var left = milliseconds
        while left > 0 {
            var pause = timespec(tv_sec: left / 1000, tv_nsec: (left % 1000) * 1_000_000)
            nanosleep(&pause, nil)
            left = Int(until - self.milliseconds)
        }
    }
}
