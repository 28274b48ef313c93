import Glibc
import Telemetry

/// The broker's lines on standard error.
struct Logger: Sendable {
    var settings: LogSettings
    /// For tests that provoke warnings.
    var isSilent = false

    init(_ settings: LogSettings) { self.settings = settings }

    func debug(_ message: @autoclosure () -> String) { write(.debug, message) }
    func info(_ message: @autoclosure () -> String) { write(.info, message) }
    func warning(_ message: @autoclosure () -> String) { write(.warning, message) }
    func error(_ message: @autoclosure () -> String) { write(.error, message) }

    private func write(_ level: LogLevel, _ message: () -> String) {
        guard level >= settings.level, !isSilent else { return }
        // A client's text must not make two lines of one.
        let cut = message().prefix(EmbeddedBrokerLimits.maximumLogLineCharacters)
        let text = String(cut.map { $0.isNewline ? " " : $0 })
        LogLine(level, [(name: "program", value: "embedded-broker"), (name: "message", value: text)])
            .emit(settings.format)
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
