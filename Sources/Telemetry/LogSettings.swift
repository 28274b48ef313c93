/// What a program logs, and how.
public struct LogSettings: Sendable, Equatable {
    public var level: LogLevel
    public var format: LogFormat

    public init(level: LogLevel = .info, format: LogFormat = .text) {
        self.level = level
        self.format = format
    }

    /// From `TAPEFOLD_LOG_LEVEL` and `TAPEFOLD_LOG_FORMAT`.
    public static func read(_ variable: (String) -> String?) throws(SettingError) -> LogSettings {
        func value(_ name: String) -> String? { variable(name).flatMap { $0.isEmpty ? nil : $0 } }
        var settings = LogSettings()
        if let text = value(LogLevel.variable) {
            guard let level = LogLevel(name: text) else {
                throw SettingError(
                    reason: "\(LogLevel.variable): \"\(text)\" is not one of debug, info, warning, error")
            }
            settings.level = level
        }
        if let text = value(LogFormat.variable) {
            guard let format = LogFormat(rawValue: text.lowercased()) else {
                throw SettingError(reason: "\(LogFormat.variable): \"\(text)\" is not one of text, json")
            }
            settings.format = format
        }
        return settings
    }
}
