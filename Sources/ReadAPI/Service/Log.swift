import Glibc
import Telemetry

/// Lines of the log: on standard error, unless they are wanted elsewhere.
struct Log: Sendable {
    let settings: LogSettings
    private let emit: @Sendable (LogLine) -> Void

    init(_ settings: LogSettings) {
        self.init(settings) { $0.emit(settings.format) }
    }

    init(_ settings: LogSettings, emit: @escaping @Sendable (LogLine) -> Void) {
        self.settings = settings
        self.emit = emit
    }

    init(level: LogLevel) { self.init(LogSettings(level: level)) }

    func debug(_ message: @autoclosure () -> String) { write(.debug, message) }
    func info(_ message: @autoclosure () -> String) { write(.info, message) }
    func warning(_ message: @autoclosure () -> String) { write(.warning, message) }
    func error(_ message: @autoclosure () -> String) { write(.error, message) }

    private func write(_ level: LogLevel, _ message: () -> String) {
        guard level >= settings.level else { return }
        // One line per message whatever it holds: a client's text must not forge another line.
        let text = String(message().map { $0.isNewline ? " " : $0 })
        emit(LogLine(level, [(name: "program", value: "read-api"), (name: "message", value: text)]))
    }

    static func emit(_ line: String) {
        var copy = line
        copy.withUTF8 { bytes in
            _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }
}
