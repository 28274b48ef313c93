/// Where a process serves its metrics and probes.
public struct MetricsSettings: Sendable, Equatable {
    public var host: String
    /// 0 lets the system choose.
    public var port: UInt16
    /// Where the port in use is written once it is served.
    public var portFile: String?

    public static let portVariable = "TAPEFOLD_METRICS_PORT"
    public static let hostVariable = "TAPEFOLD_METRICS_HOST"
    public static let portFileVariable = "TAPEFOLD_METRICS_PORT_FILE"

    public init(host: String = "127.0.0.1", port: UInt16, portFile: String? = nil) {
        self.host = host
        self.port = port
        self.portFile = portFile
    }

    /// nil where `TAPEFOLD_METRICS_PORT` is not set, empty or `off`.
    public static func read(_ variable: (String) -> String?) throws(SettingError) -> MetricsSettings? {
        func value(_ name: String) -> String? { variable(name).flatMap { $0.isEmpty ? nil : $0 } }
        guard let text = value(portVariable), text.lowercased() != "off" else { return nil }
        guard let port = UInt16(text) else {
            throw SettingError(
                reason: "\(portVariable): \"\(text)\" is not a port from 0 to 65535, nor \"off\"; 0 picks a free one")
        }
        return MetricsSettings(
            host: value(hostVariable) ?? "127.0.0.1", port: port, portFile: value(portFileVariable))
    }
}

/// A setting that makes no sense, in words for the operator.
public struct SettingError: Error, Sendable, Equatable, CustomStringConvertible {
    public let reason: String

    public init(reason: String) { self.reason = reason }

    public var description: String { reason }
}
