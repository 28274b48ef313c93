import Foundation

/// A setting and where it came from.
public struct Setting: Sendable, Equatable {
    public let value: String
    /// `KAFKA_BROKERS`, `.tapefold/run.json`, `default`.
    public let origin: String

    public init(_ value: String, from origin: String) {
        self.value = value
        self.origin = origin
    }
}

/// What is in force: the environment first, then a running `up`, then defaults.
public struct Settings: Sendable {
    public let environment: [String: String]
    public let dataDirectory: Setting
    /// Of a live `up` under the data directory.
    public let runFile: RunFile?
    /// A run file was left by an `up` that is gone.
    public let isRunFileStale: Bool

    public init(_ invocation: Invocation) {
        self.init(environment: invocation.environment, dataDirectory: invocation.arguments.text("data-dir"))
    }

    public init(environment: [String: String], dataDirectory given: String? = nil) {
        self.environment = environment
        if let given {
            dataDirectory = Setting(given, from: "--data-dir")
        } else if let named = Self.variable("TAPEFOLD_DATA_DIR", environment) {
            dataDirectory = named
        } else {
            dataDirectory = Setting(".tapefold", from: "default")
        }
        let found = RunFile.read(dataDirectory.value)
        runFile = found.flatMap { $0.isAlive ? $0 : nil }
        isRunFileStale = found != nil && runFile == nil
    }

    public var kafkaBrokers: Setting? {
        variable("KAFKA_BROKERS") ?? runFile.map { Setting($0.kafka, from: runFilePath) }
    }

    /// With the password, if it has one.
    public var databaseURL: Setting? {
        if variable("DATABASE_URL") != nil || variable("DATABASE_URL_FILE") != nil { return secret("DATABASE_URL") }
        return runFile.map { Setting($0.database, from: runFilePath) }
    }

    public var api: Setting? {
        if let port = variable("TAPEFOLD_HTTP_PORT") {
            return Setting("http://127.0.0.1:\(port.value)", from: port.origin)
        }
        return runFile.map { Setting($0.api, from: runFilePath) }
    }

    public func requireKafka() throws(CommandFailure) -> Setting {
        guard let setting = kafkaBrokers else { throw missing("Kafka", "KAFKA_BROKERS") }
        return setting
    }

    public func requireDatabase() throws(CommandFailure) -> Setting {
        guard let setting = databaseURL else {
            throw unreadableFile("DATABASE_URL_FILE") ?? missing("database", "DATABASE_URL")
        }
        return setting
    }

    /// The environment with what a running `up` adds to it: what the modules' own loaders read.
    public var effectiveEnvironment: [String: String] {
        var merged = environment
        if let kafkaBrokers { merged["KAFKA_BROKERS"] = kafkaBrokers.value }
        if let databaseURL { merged["DATABASE_URL"] = databaseURL.value }
        let hasSecret = variable("TAPEFOLD_JWT_SECRET") != nil || variable("TAPEFOLD_JWT_SECRET_FILE") != nil
        if let runFile, !runFile.secretFile.isEmpty, !hasSecret {
            merged["TAPEFOLD_JWT_SECRET_FILE"] = runFile.secretFile
        }
        return merged
    }

    var runFilePath: String { RunFile.path(in: dataDirectory.value) }

    /// A variable that is set and not empty.
    func variable(_ name: String) -> Setting? { Self.variable(name, environment) }

    private static func variable(_ name: String, _ environment: [String: String]) -> Setting? {
        guard let value = environment[name], !value.isEmpty else { return nil }
        return Setting(value, from: name)
    }

    /// A variable, or the file that `<name>_FILE` names.
    private func secret(_ name: String) -> Setting? {
        if let plain = variable(name) { return plain }
        guard let path = variable(name + "_FILE"),
            let data = FileManager.default.contents(atPath: path.value)
        else { return nil }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
        return text.isEmpty ? nil : Setting(text, from: "\(name)_FILE (\(path.value))")
    }

    /// Whoever names a file means no other database than the one in it.
    private func unreadableFile(_ name: String) -> CommandFailure? {
        variable(name).map {
            CommandFailure(
                "\(name) names \($0.value), which cannot be read or is empty",
                remedy: "Correct the path, let this user read the file, or unset \(name).")
        }
    }

    private func missing(_ what: String, _ name: String) -> CommandFailure {
        let looked =
            isRunFileStale
            ? "\(runFilePath) was left by a `tapefold up` that no longer runs"
            : "no `tapefold up` is running on \(dataDirectory.value)"
        return CommandFailure(
            "no \(what) to connect to: \(name) is not set and \(looked)",
            remedy: "Set \(name), or start everything with `tapefold up`, or name its data with --data-dir.")
    }
}

/// Text with the password taken out of a URL.
enum Redacted {
    static func url(_ text: String) -> String {
        guard let scheme = text.range(of: "://"), let at = text[scheme.upperBound...].lastIndex(of: "@"),
            let colon = text[scheme.upperBound..<at].firstIndex(of: ":")
        else { return text.contains("password=") ? "(hidden)" : text }
        return text[...colon] + "***" + text[at...]
    }
}
