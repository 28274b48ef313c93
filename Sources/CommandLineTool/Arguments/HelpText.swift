/// What `--help` prints.
struct HelpText {
    let commands: [Command]

    func text(for path: [String]) -> String {
        if let command = commands.first(where: { $0.path == path }) { return text(of: command) }
        return path.isEmpty ? overview : group(path)
    }

    private var overview: String {
        var lines = [
            "tapefold: folds the tape (orders, executions, ticks) into views that people query.", "",
            "Usage: tapefold <command> [arguments] [options]", "", "Commands:",
        ]
        lines += table(commands.map { ($0.name, $0.summary) })
        lines += [
            "", "Run `tapefold <command> --help` for a command's options and examples.",
            "Without KAFKA_BROKERS and DATABASE_URL, commands find the running `tapefold up` by its data directory.",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private func group(_ path: [String]) -> String {
        let members = commands.filter { $0.path.starts(with: path) }
        return
            (["Usage: tapefold \(path.joined(separator: " ")) <command>", "", "Commands:"]
            + table(members.map { ($0.name, $0.summary) })).joined(separator: "\n") + "\n"
    }

    private func text(of command: Command) -> String {
        var usage = "Usage: tapefold \(command.name)"
        if let positionals = command.positionals { usage += " \(positionals.usage)" }
        if !command.options.isEmpty { usage += " [options]" }
        var lines = [command.summary, "", usage]
        if !command.discussion.isEmpty { lines += ["", command.discussion] }
        if let positionals = command.positionals {
            lines += ["", "Arguments:"] + table([(positionals.name, positionals.help)])
        }
        if !command.options.isEmpty {
            lines += ["", "Options:"]
            lines += table(
                command.options.map { option in
                    (option.usage, option.help + (option.defaultText.map { " Default: \($0)." } ?? ""))
                })
        }
        if !command.examples.isEmpty { lines += ["", "Examples:"] + command.examples.map { "  \($0)" } }
        return lines.joined(separator: "\n") + "\n"
    }

    private func table(_ rows: [(String, String)]) -> [String] {
        let width = CommandLineLimits.helpColumnCharacters
        var lines: [String] = []
        for (left, right) in rows {
            if left.count < width {
                let gap = String(repeating: " ", count: width - left.count)
                lines.append("  \(left)\(gap)\(right)")
            } else {
                let indent = String(repeating: " ", count: width)
                lines.append("  \(left)")
                lines.append("  \(indent)\(right)")
            }
        }
        return lines
    }
}
