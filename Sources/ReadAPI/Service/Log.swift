import Glibc
import Telemetry

/// Lines on standard error.
struct Log: Sendable {
    let settings: LogSettings

    init(_ settings: LogSettings) { self.settings = settings }

    init(level: LogLevel) { self.init(LogSettings(level: level)) }

    func debug(_ message: @autoclosure () -> String) { write(.debug, message) }
    func info(_ message: @autoclosure () -> String) { write(.info, message) }
    func warning(_ message: @autoclosure () -> String) { write(.warning, message) }
    func error(_ message: @autoclosure () -> String) { write(.error, message) }

    private func write(_ level: LogLevel, _ message: () -> String) {
        guard level >= settings.level else { return }
        // One line per message whatever it holds: a client's text must not forge another line.
        let text = String(message().map { $0.isNewline ? " " : $0 })
        LogLine(level, [(name: "program", value: "read-api"), (name: "message", value: text)]).emit(settings.format)
    }

    static func emit(_ line: String) {
        var copy = line
        copy.withUTF8 { bytes in
            _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }
}
