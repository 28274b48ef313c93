import Foundation
import Supervision

/// What a program did.
struct ProgramOutcome {
    let status: ExitStatus
    /// Standard output and standard error.
    let output: String
}

/// Runs a program to its end; throws when it fails, unless `mayFail`.
@discardableResult
func runProgram(
    _ executable: String, _ arguments: [String], _ environment: [String: String] = [:], mayFail: Bool = false,
    within seconds: Double = ProcessTestLimits.waitSeconds * 2
) throws -> ProgramOutcome {
    let program = try RunningProgram(executable, arguments, environment)
    return try program.wait(mayFail: mayFail, within: seconds)
}

/// A program at work, its output in a file.
final class RunningProgram {
    let process: ChildProcess
    private let logPath: String
    private let name: String

    init(_ executable: String, _ arguments: [String], _ environment: [String: String] = [:]) throws {
        name = ([executable] + arguments).joined(separator: " ")
        logPath = FileManager.default.temporaryDirectory.path + "/tapefold-test-\(UUID().uuidString).log"
        var description = ChildProcessDescription(name: executable, executable: executable, arguments: arguments)
        description.logPath = logPath
        description.environment = environment.mapValues { $0 as String? }
        process = try ChildProcess.start(description)
    }

    deinit {
        process.send(signal: SIGKILL)
        process.wait()
        try? FileManager.default.removeItem(atPath: logPath)
    }

    var output: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    func wait(
        mayFail: Bool = false, within seconds: Double = ProcessTestLimits.waitSeconds * 2
    ) throws -> ProgramOutcome {
        guard let status = process.wait(timeoutMilliseconds: Int(seconds * 1_000)) else {
            throw WaitTimedOut(what: "\(name) to end: \(output)", seconds: seconds)
        }
        guard mayFail || status.isSuccess else { throw WaitTimedOut(what: "\(name): \(status): \(output)", seconds: 0) }
        return ProgramOutcome(status: status, output: output)
    }
}
