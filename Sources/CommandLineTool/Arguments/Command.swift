import Engine

/// One command: what it takes and what it does.
public struct Command: Sendable {
    /// `["topics", "create"]`.
    public let path: [String]
    public let summary: String
    /// What the help says below the summary.
    public let discussion: String
    public let positionals: PositionalDefinition?
    public let options: [OptionDefinition]
    public let examples: [String]
    public let run: @Sendable (Invocation) throws -> ExitStatusCode

    public init(
        _ path: String, _ summary: String, discussion: String = "", positionals: PositionalDefinition? = nil,
        options: [OptionDefinition] = [], examples: [String] = [],
        run: @escaping @Sendable (Invocation) throws -> ExitStatusCode
    ) {
        self.path = path.split(separator: " ").map(String.init)
        self.summary = summary
        self.discussion = discussion
        self.positionals = positionals
        self.options = options
        self.examples = examples
        self.run = run
    }

    var name: String { path.joined(separator: " ") }
}

/// How a command ended, as the shell sees it.
public enum ExitStatusCode: Int32, Sendable {
    case done = 0
    case failed = 1
    case usage = 2
    case interrupted = 130
}

/// A command as it was called.
public struct Invocation: Sendable {
    public let arguments: ParsedArguments
    public let environment: [String: String]
    public let console: Console
    /// The views that this program has folds for.
    public let views: ViewRegistry

    public init(
        arguments: ParsedArguments, environment: [String: String], console: Console, views: ViewRegistry = .standard
    ) {
        self.views = views
        self.arguments = arguments
        self.environment = environment
        self.console = console
    }

    public var wantsJSON: Bool { arguments.flag("json") }
}
