/// Finds the command and reads its arguments. Pure: what it finds out it returns.
struct ArgumentParser {
    enum Outcome {
        case run(Command, ParsedArguments)
        /// Help for a command, a group (`topics`) or, with an empty path, everything.
        case help([String])
        case version
    }

    let commands: [Command]

    func parse(_ words: [String]) throws(UsageError) -> Outcome {
        var words = words[...]
        if words.isEmpty || ["--help", "-h"].contains(words.first ?? "") { return .help([]) }
        if words.first == "--version" { return .version }
        if words.first == "help" {
            words.removeFirst()
            return .help(try knownPath(Array(words)))
        }
        let path = words.prefix { !$0.hasPrefix("-") }
        guard let command = longestMatch(Array(path)) else { return try groupOrError(Array(words)) }
        words = words.dropFirst(command.path.count)
        if words.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
            return .help(command.path)
        }
        return .run(command, try arguments(of: command, Array(words)))
    }

    private func longestMatch(_ words: [String]) -> Command? {
        commands.filter { words.starts(with: $0.path) }.max { $0.path.count < $1.path.count }
    }

    private func isGroup(_ path: [String]) -> Bool {
        commands.contains { $0.path.count > path.count && $0.path.starts(with: path) }
    }

    private func knownPath(_ path: [String]) throws(UsageError) -> [String] {
        if path.isEmpty || commands.contains(where: { $0.path == path }) || isGroup(path) { return path }
        throw unknown(path)
    }

    /// `tapefold topics` alone, or followed by something that is none of its commands.
    private func groupOrError(_ words: [String]) throws(UsageError) -> Outcome {
        guard let group = words.first, isGroup([group]) else { throw unknown(words) }
        guard let next = words.dropFirst().first else {
            throw UsageError("\(group) needs one of: \(subcommands(group).joined(separator: ", "))", command: group)
        }
        if next == "--help" || next == "-h" { return .help([group]) }
        let hint = Suggestion.nearest(to: next, among: subcommands(group)).map { "; did you mean \($0)?" } ?? ""
        throw UsageError("\(group) has no command \"\(next)\"\(hint)", command: group)
    }

    private func subcommands(_ group: String) -> [String] {
        commands.filter { $0.path.count > 1 && $0.path[0] == group }.map { $0.path[1] }
    }

    private func unknown(_ words: [String]) -> UsageError {
        let word = words.first ?? ""
        if word.hasPrefix("-") { return UsageError("unknown option \(word) before the command") }
        var names: [String] = []
        for command in commands where !names.contains(command.path[0]) { names.append(command.path[0]) }
        let hint = Suggestion.nearest(to: word, among: names).map { "; did you mean \($0)?" } ?? ""
        return UsageError("there is no command \"\(word)\"\(hint)")
    }

    private func arguments(of command: Command, _ words: [String]) throws(UsageError) -> ParsedArguments {
        var parsed = ParsedArguments()
        var index = 0
        while index < words.count {
            let word = words[index]
            index += 1
            if word == "--" {
                for rest in words[index...] { parsed.add(positional: rest) }
                break
            }
            if word.hasPrefix("--") {
                try option(word, of: command, words, &index, &parsed)
            } else if word.hasPrefix("-"), word.count > 1 {
                throw UsageError("unknown option \(word); options are written out, as in --json", command: command.name)
            } else {
                parsed.add(positional: word)
            }
        }
        try checkPositionals(parsed.positionals, command)
        return parsed
    }

    private func option(
        _ word: String, of command: Command, _ words: [String], _ index: inout Int, _ parsed: inout ParsedArguments
    ) throws(UsageError) {
        let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts.first ?? "")
        guard let option = command.options.first(where: { $0.name == name }) else {
            let hint = Suggestion.nearest(to: name, among: command.options.map(\.name))
            throw UsageError(
                "unknown option --\(name)" + (hint.map { "; did you mean --\($0)?" } ?? ""), command: command.name)
        }
        if option.value == .flag {
            guard parts.count == 1 else { throw UsageError("--\(name) takes no value", command: command.name) }
            parsed.set(flag: name)
            return
        }
        let value: String
        if parts.count == 2 {
            value = String(parts[1])
        } else if index < words.count, !words[index].hasPrefix("--") {
            value = words[index]
            index += 1
        } else {
            throw UsageError("--\(name) needs a value: \(option.usage)", command: command.name)
        }
        if let fault = option.fault(in: value) { throw UsageError("--\(name) \(fault)", command: command.name) }
        guard parsed.set(name, value) else { throw UsageError("--\(name) is given twice", command: command.name) }
    }

    private func checkPositionals(_ given: [String], _ command: Command) throws(UsageError) {
        let allowed = command.positionals?.count ?? 0...0
        if given.count < allowed.lowerBound, let definition = command.positionals {
            let names = definition.name.split(separator: " ")
            let missing = names[min(given.count, names.count - 1)]
            throw UsageError("\(missing) is missing: \(definition.help)", command: command.name)
        }
        if given.count > allowed.upperBound {
            throw UsageError("unexpected argument \"\(given[allowed.upperBound])\"", command: command.name)
        }
    }
}
