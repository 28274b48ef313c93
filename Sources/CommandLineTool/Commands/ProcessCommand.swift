import Engine
import Foundation

/// `tapefold process VIEW`.
enum ProcessCommand {
    static let command = Command(
        "process", "Fold the topics of a view into PostgreSQL until SIGTERM or Ctrl-C.",
        discussion: """
            What a processor does, for any view that this program has a fold for. Start as many copies as there are
            partitions; they share the lanes. It logs to standard error.
            """,
        positionals: ViewArgument.definition, options: [.dataDirectory],
        examples: ["tapefold process positions"], run: run)

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        let view = try ViewArgument.read(invocation)
        let settings = Settings(invocation)
        _ = try settings.requireKafka()
        _ = try settings.requireDatabase()
        let status = ProcessorProgram.serve(
            views: [view], of: invocation.views, environment: settings.effectiveEnvironment)
        return ExitStatusCode(rawValue: status) ?? .failed
    }
}
