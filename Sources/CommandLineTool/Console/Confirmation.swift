import Foundation
import Glibc

/// Asks the person before something that can't be undone.
enum Confirmation {
    static let option = OptionDefinition.flag("yes", "Do not ask.")

    /// - Parameter question: what is about to happen, as `drop build 1.2 of view positions (340 MB)`.
    /// - Returns: false when the person says no.
    /// - Throws: `UsageError` when there is nobody to ask.
    static func ask(_ question: String, _ invocation: Invocation) throws -> Bool {
        if invocation.arguments.flag("yes") { return true }
        guard isatty(STDIN_FILENO) == 1 else {
            throw UsageError("it would \(question), and there is no terminal to ask on: say --yes")
        }
        invocation.console.prompt("\(question)? [y/N] ")
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            invocation.console.note("left as it is")
            return false
        }
        return true
    }
}
