/// What was given to a command, checked against its definition.
public struct ParsedArguments: Sendable, Equatable {
    private var values: [String: String] = [:]
    private var flags: Set<String> = []
    public private(set) var positionals: [String] = []

    public init() {}

    public func flag(_ name: String) -> Bool { flags.contains(name) }

    public func text(_ name: String) -> String? { values[name] }

    /// The value of an integer option; its range was checked.
    public func integer(_ name: String) -> Int? { values[name].flatMap { Int($0) } }

    mutating func set(flag name: String) { flags.insert(name) }

    /// False when the option has a value already.
    mutating func set(_ name: String, _ value: String) -> Bool {
        values.updateValue(value, forKey: name) == nil
    }

    mutating func add(positional text: String) { positionals.append(text) }
}

/// The command line was wrong: exit code 2.
public struct UsageError: Error, Sendable, Equatable {
    public let message: String
    /// The command whose help to point to.
    public let command: String?

    public init(_ message: String, command: String? = nil) {
        self.message = message
        self.command = command
    }
}
