import Engine
import Foundation

/// The operator's command line.
public enum CommandLineTool {
    public static let version = "0.1.0"

    /// Runs the command in the process's arguments and ends the process.
    /// - Parameter views: `.standard`, or with views of the program's own added.
    public static func main(views: ViewRegistry = .standard) -> Never {
        signal(SIGPIPE, SIG_IGN)
        let status = run(
            Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment,
            console: .standard, views: views)
        exit(status.rawValue)
    }

    /// Runs one command.
    public static func run(
        _ words: [String], environment: [String: String], console: Console,
        commands: [Command] = CommandTable.all, views: ViewRegistry = .standard
    ) -> ExitStatusCode {
        let status = status(of: words, environment, console, commands, views)
        guard status == .done, case .failed(let reason) = console.outputLoss else { return status }
        console.note("tapefold: the output could not be written whole: \(reason)")
        return .failed
    }

    private static func status(
        of words: [String], _ environment: [String: String], _ console: Console, _ commands: [Command],
        _ views: ViewRegistry
    ) -> ExitStatusCode {
        do {
            switch try ArgumentParser(commands: commands).parse(words) {
            case .help(let path):
                console.line(HelpText(commands: commands).text(for: path).trimmingCharacters(in: .newlines))
                return .done
            case .version:
                console.line("tapefold \(version)")
                return .done
            case .run(let command, let arguments):
                return execute(
                    command,
                    Invocation(arguments: arguments, environment: environment, console: console, views: views))
            }
        } catch {
            let command = error.command.map { " \($0)" } ?? ""
            console.note("tapefold\(command): \(error.message)\nRun `tapefold\(command) --help` for how it is used.")
            return .usage
        }
    }

    private static func execute(_ command: Command, _ invocation: Invocation) -> ExitStatusCode {
        do {
            return try command.run(invocation)
        } catch let error as UsageError {
            invocation.console.note(
                "tapefold \(command.name): \(error.message)\nRun `tapefold \(command.name) --help` for how it is used.")
            return .usage
        } catch {
            invocation.console.note("tapefold \(command.name): \(CommandFailure.text(error))")
            return .failed
        }
    }
}
