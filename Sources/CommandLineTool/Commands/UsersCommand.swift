import Foundation
import ReadAPI

/// `tapefold users add|list|disable|enable|password`: who may sign in to the read API.
enum UsersCommand {
    static let add = Command(
        "users add", "Add a user who may sign in.",
        discussion: """
            The password is asked for, twice; without a terminal it is the first line of standard input, or of --password-file.
            It never stands on the command line, where others would see it. It has 10 to 72 bytes.
            """,
        positionals: user,
        options: [
            OptionDefinition("role", .text("R"), "A role; admin may see every user's rows and record payments."),
            passwordFile, .dataDirectory,
        ],
        examples: ["tapefold users add asha", "tapefold users add ops --role admin --password-file /run/secrets/ops"]
    ) { invocation in
        let user = invocation.arguments.positionals[0]
        TokenCommand.noteUnknownRole(invocation)
        let password = try password(invocation)
        try store(invocation).add(user, password: password, roles: invocation.arguments.text("role").map { [$0] } ?? [])
        invocation.console.line("\(user) may sign in")
        return .done
    }

    static let list = Command(
        "users list", "List the users who may sign in.", options: [.json, .dataDirectory],
        examples: ["tapefold users list"], run: runList)

    static let disable = Command(
        "users disable", "Let a user sign in no more.",
        discussion: "Sessions end: a token given out before is good for 15 minutes at most.", positionals: user,
        options: [.dataDirectory], examples: ["tapefold users disable asha"]
    ) { try setDisabled($0, true) }

    static let enable = Command(
        "users enable", "Let a disabled user sign in again.", positionals: user, options: [.dataDirectory],
        examples: ["tapefold users enable asha"]
    ) { try setDisabled($0, false) }

    static let password = Command(
        "users password", "Give a user another password.", discussion: "Asked for as by `users add`. Sessions end.",
        positionals: user, options: [passwordFile, .dataDirectory], examples: ["tapefold users password asha"]
    ) { invocation in
        let user = invocation.arguments.positionals[0]
        let password = try password(invocation)
        try store(invocation).setPassword(user, password)
        invocation.console.line("\(user) has another password")
        return .done
    }

    private static let user = PositionalDefinition("USER", "The user's id, the tokens' sub.", count: 1...1)
    private static let passwordFile = OptionDefinition(
        "password-file", .text("F"), "Read the password from the first line of this file.")

    private struct Entry: Encodable {
        var userId: String
        var roles: [String]
        var disabled: Bool
        var createdAt: String
    }

    private static func store(_ invocation: Invocation) throws -> UserStore {
        UserStore(try Connections(invocation).migratedDatabase())
    }

    private static func setDisabled(_ invocation: Invocation, _ isDisabled: Bool) throws -> ExitStatusCode {
        let user = invocation.arguments.positionals[0]
        try store(invocation).setDisabled(user, isDisabled)
        invocation.console.line("\(user) is \(isDisabled ? "disabled" : "enabled")")
        return .done
    }

    private static func runList(_ invocation: Invocation) throws -> ExitStatusCode {
        let entries = try store(invocation).list().map { user in
            Entry(
                userId: user.userId, roles: user.roles, disabled: user.isDisabled,
                createdAt: user.createdAt.description)
        }
        if invocation.wantsJSON {
            try invocation.console.json(["users": entries])
        } else {
            for entry in entries {
                let roles = entry.roles.isEmpty ? "" : "  \(entry.roles.joined(separator: ","))"
                invocation.console.line("\(entry.userId)\(roles)\(entry.disabled ? "  disabled" : "")")
            }
            if entries.isEmpty { invocation.console.line("no users; add one with `tapefold users add`") }
        }
        return .done
    }

    // MARK: Passwords

    private static func password(_ invocation: Invocation) throws -> String {
        if let path = invocation.arguments.text("password-file") {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw CommandFailure("the password file \(path) cannot be read", remedy: "Check --password-file.")
            }
            return String(String(decoding: data, as: UTF8.self).prefix { !$0.isNewline })
        }
        guard isatty(STDIN_FILENO) == 1 else {
            guard let line = readLine() else { throw UsageError("standard input holds no password") }
            return line
        }
        let first = try ask("Password: ", invocation)
        guard try ask("Again: ", invocation) == first else { throw CommandFailure("the two are not the same") }
        return first
    }

    /// Reads a line that the terminal does not show.
    private static func ask(_ prompt: String, _ invocation: Invocation) throws -> String {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { throw CommandFailure("the terminal cannot be read") }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            invocation.console.note("")
        }
        invocation.console.prompt(prompt)
        guard let line = readLine() else { throw CommandFailure("no password was given") }
        return line
    }
}
