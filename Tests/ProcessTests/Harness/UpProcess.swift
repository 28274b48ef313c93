import CommandLineTool
import Foundation
import Supervision
import Testing

/// A `tapefold up` in a process of its own.
final class UpProcess {
    static let freePorts = ["--api-port", "0", "--kafka-port", "0", "--postgres-port", "0"]
    static var program: String { get throws { try Stack.program("tapefold") } }

    private let running: RunningProgram
    private let dataDirectory: String
    var process: ChildProcess { running.process }

    /// - Parameter program: with views of its own, or `tapefold`.
    init(_ dataDirectory: String, by program: String? = nil, _ environment: [String: String] = [:]) throws {
        self.dataDirectory = dataDirectory
        running = try RunningProgram(
            try program ?? Self.program, ["up", "--data-dir", dataDirectory, "--json"] + Self.freePorts, environment)
    }

    func waitUntilReady() throws -> RunFile {
        try eventually("up to be ready") {
            if !process.isRunning { Issue.record("up ended: \(running.output)") }
            return running.output.contains(#""ready":true"#) ? () : nil
        }
        return try #require(RunFile.read(dataDirectory))
    }
}

/// A folder that is removed with the last reference.
final class TemporaryFolder {
    let path = "/tmp/tapefold-test-up-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
