import CommandLineTool
import Foundation

/// A command run inside this process, its output caught.
struct CommandLineRun {
    let status: ExitStatusCode
    let output: String
    let errors: String

    init(
        _ words: [String], environment: [String: String] = [:], commands: [Command] = CommandTable.all
    ) throws {
        let folder = FileManager.default.temporaryDirectory
        let paths = ["out", "err"].map { folder.appendingPathComponent("tapefold-cli-\(UUID().uuidString).\($0)").path }
        defer { for path in paths { try? FileManager.default.removeItem(atPath: path) } }
        for path in paths { try Data().write(to: URL(fileURLWithPath: path)) }
        let handles = try paths.map { try FileHandle(forWritingTo: URL(fileURLWithPath: $0)) }
        // A data directory that is not there: no `up` of this machine is to be found by chance.
        let base = ["TAPEFOLD_DATA_DIR": "/nonexistent/tapefold"].merging(environment) { _, new in new }
        status = CommandLineTool.run(
            words, environment: base, console: Console(output: handles[0], errors: handles[1]), commands: commands)
        for handle in handles { try handle.close() }
        output = try String(contentsOfFile: paths[0], encoding: .utf8)
        errors = try String(contentsOfFile: paths[1], encoding: .utf8)
    }
}
