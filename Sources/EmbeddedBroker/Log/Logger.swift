import Glibc

/// One-line structured text to standard error.
struct Logger: Sendable {
    enum Level: Int, Comparable, CaseIterable, Sendable {
        case debug, info, warning, error

        static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }

        init?(_ name: String) {
            switch name.lowercased() {
            case "trace", "debug": self = .debug
            case "info", "notice": self = .info
            case "warning", "warn": self = .warning
            case "error", "critical": self = .error
            default: return nil
            }
        }
    }

    var level: Level
    /// For tests that provoke warnings.
    var isSilent = false

    init(level: Level) { self.level = level }

    func debug(_ message: @autoclosure () -> String) { write(.debug, message) }
    func info(_ message: @autoclosure () -> String) { write(.info, message) }
    func warning(_ message: @autoclosure () -> String) { write(.warning, message) }
    func error(_ message: @autoclosure () -> String) { write(.error, message) }

    private func write(_ level: Level, _ message: () -> String) {
        guard level >= self.level, !isSilent else { return }
        // A client's text must not make two lines of one.
        let cut = message().prefix(EmbeddedBrokerLimits.maximumLogLineCharacters)
        let text = String(cut.map { $0.isNewline ? " " : $0 })
        let line = "\(Self.timestamp()) level=\(level) component=embedded-broker \(text)\n"
        var bytes = Array(line.utf8)
        _ = bytes.withUnsafeMutableBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }

    private static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var seconds = now.tv_sec
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date =
            "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
        let time = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
        return "\(date)T\(time).\(padded(now.tv_nsec / 1000, 6))Z"
    }
}

enum Clock {
    /// Since an arbitrary point; never goes back.
    static func monotonicMilliseconds() -> Int64 { milliseconds(CLOCK_MONOTONIC) }
    /// Since the Unix epoch.
    static func wallMilliseconds() -> Int64 { milliseconds(CLOCK_REALTIME) }

    static func monotonicMicroseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var now = timespec()
        clock_gettime(clock, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }
}
