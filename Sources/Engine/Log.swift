import Foundation
import Synchronization
import Telemetry

/// One line an event on standard error: `event` and what belongs to it.
public enum Log {
    /// A setting that makes no sense is told by the program itself before it logs anything.
    private static let settings: LogSettings = {
        let environment = ProcessInfo.processInfo.environment
        do throws(SettingError) { return try LogSettings.read { environment[$0] } } catch { return LogSettings() }
    }()

    public static func info(_ event: String, _ fields: [String: String] = [:]) { write(.info, event, fields) }
    public static func warning(_ event: String, _ fields: [String: String] = [:]) { write(.warning, event, fields) }
    public static func error(_ event: String, _ fields: [String: String] = [:]) { write(.error, event, fields) }
    public static func debug(_ event: String, _ fields: [String: String] = [:]) { write(.debug, event, fields) }

    /// Takes a line instead of standard error.
    package typealias Diversion = @Sendable (_ event: String, _ fields: [String: String]) -> Void

    private static let diversion = Mutex<Box?>(nil)
    /// A bare closure would be wrapped anew by each look into the mutex, thousands deep in a long simulation.
    private struct Box {
        let write: Diversion
    }

    /// Sends all lines elsewhere, whatever their level, or to standard error again: the simulator's workers are not worth a log of
    /// their own.
    package static func divert(_ diversion: Diversion?) { self.diversion.withLock { $0 = diversion.map(Box.init) } }

    private static func write(_ level: LogLevel, _ event: String, _ fields: [String: String]) {
        if let box = diversion.withLock({ $0 }) { return box.write(event, fields) }
        guard level >= settings.level else { return }
        let sorted = fields.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        LogLine(level, [(name: "event", value: event)] + sorted).emit(settings.format)
    }
}
