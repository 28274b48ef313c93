import Domain
import Glibc

/// How much a line of a log matters.
public enum LogLevel: Int, Sendable, Comparable, CaseIterable {
    case debug, info, warning, error

    public static let variable = "TAPEFOLD_LOG_LEVEL"

    public init?(name: String) {
        guard let level = Self.allCases.first(where: { "\($0)" == name.lowercased() }) else { return nil }
        self = level
    }

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// How lines of a log are written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// `time=… level=… event=… key=value`.
    case text
    /// One JSON object a line.
    case json

    public static let variable = "TAPEFOLD_LOG_FORMAT"
}

/// One line of a log: names and values, on one line whatever they hold.
public struct LogLine: Sendable {
    public let time: Timestamp
    public let level: LogLevel
    /// In order; empty values are left out.
    public var fields: [(name: String, value: String)]

    public init(_ level: LogLevel, _ fields: [(name: String, value: String)], time: Timestamp = LogLine.now()) {
        self.level = level
        self.fields = fields
        self.time = time
    }

    public static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    /// Fields that are written as numbers in JSON: a dashboard sorts and compares them.
    private static let integers: Set<String> = ["lane", "partition", "offset", "epoch"]

    public func rendered(_ format: LogFormat) -> String {
        switch format {
        case .text: text
        case .json: json
        }
    }

    /// On standard error, in one write.
    public func emit(_ format: LogFormat) {
        var line = rendered(format) + "\n"
        line.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private var text: String {
        var line = "time=\(time) level=\(level)"
        for (name, value) in fields { line += " \(name)=\(Self.quoted(Self.cut(value)))" }
        return line
    }

    private var json: String {
        var line = "{\"time\":\"\(time)\",\"level\":\"\(level)\""
        for (name, value) in fields {
            line += ",\(Self.string(name)):"
            line += Self.integers.contains(name) && Int64(value) != nil ? value : Self.string(Self.cut(value))
        }
        return line + "}"
    }

    private static func cut(_ value: String) -> String {
        value.utf8.count <= TelemetryLimits.logLineCharacters
            ? value : String(value.prefix(TelemetryLimits.logLineCharacters)) + "…"
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != 0x7F }
        guard !isPlain else { return value }
        let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\"" + escaped.replacing("\r", with: "\\r") + "\""
    }

    private static func string(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20:
                text += "\\u00" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
