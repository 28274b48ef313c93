import Domain
import Foundation
import Glibc
import Synchronization

/// One line an event on standard error: `time=… level=… event=… key=value …`.
public enum Log {
    public enum Level: Int, Sendable, CaseIterable {
        case debug, info, warning, error

        init?(name: String) {
            guard let level = Self.allCases.first(where: { "\($0)" == name.lowercased() }) else { return nil }
            self = level
        }
    }

    private static let minimum = Atomic<Int>(
        (ProcessInfo.processInfo.environment["TAPEFOLD_LOG_LEVEL"].flatMap(Level.init(name:)) ?? .info).rawValue)

    public static func info(_ event: String, _ fields: [String: String] = [:]) { write(.info, event, fields) }
    public static func warning(_ event: String, _ fields: [String: String] = [:]) { write(.warning, event, fields) }
    public static func error(_ event: String, _ fields: [String: String] = [:]) { write(.error, event, fields) }
    public static func debug(_ event: String, _ fields: [String: String] = [:]) { write(.debug, event, fields) }

    /// Takes a line instead of standard error.
    package typealias Diversion = @Sendable (_ event: String, _ fields: [String: String]) -> Void

    private static let diversion = Mutex<Diversion?>(nil)

    /// Sends all lines elsewhere, whatever their level, or to standard error again: the simulator's workers are not worth a log of
    /// their own.
    package static func divert(_ diversion: Diversion?) { self.diversion.withLock { $0 = diversion } }

    private static func write(_ level: Level, _ event: String, _ fields: [String: String]) {
        if let diversion = diversion.withLock({ $0 }) { return diversion(event, fields) }
        guard level.rawValue >= minimum.load(ordering: .relaxed) else { return }
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let now = Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
        var line = "time=\(now) level=\(level) event=\(event)"
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(quoted(value))" }
        line += "\n"
        line.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != 0x7F }
        guard !isPlain else { return value }
        return "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            + "\""
    }
}
