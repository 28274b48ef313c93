import Foundation
import Glibc
import Testing

/// A directory that goes away with its owner.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "embedded-broker-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

enum TestEnvironment {
    struct Missing: Error, CustomStringConvertible {
        var description: String
    }

    static let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// The broker's binary: where TAPEFOLD_BIN_DIR says, or beside the test bundle.
    static func brokerBinary() throws -> String {
        var candidates: [String] = []
        if let directory = ProcessInfo.processInfo.environment["TAPEFOLD_BIN_DIR"] { candidates.append(directory) }
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        candidates.append(bundle.deletingLastPathComponent().path)
        for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
            candidates.append(URL(fileURLWithPath: argument).deletingLastPathComponent().path)
        }
        candidates.append(packageRoot + "/.build/debug")
        for directory in candidates {
            let path = directory + "/embedded-broker"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw Missing(description: "no embedded-broker in \(candidates): build it, or set TAPEFOLD_BIN_DIR")
    }

    /// The Python with the clients in it; nil when it is not there and need not be.
    static func python() throws -> String? {
        let environment = ProcessInfo.processInfo.environment
        let path = environment["TAPEFOLD_TEST_PYTHON"] ?? packageRoot + "/.build/test-venv/bin/python"
        if FileManager.default.isExecutableFile(atPath: path) { return path }
        if environment["CI"] == "true" {
            throw Missing(description: "no Python with the clients at \(path): run scripts/test-venv.sh")
        }
        return nil
    }
}

/// Waits for a condition; fails the test when it does not come.
func waitFor(_ what: String, seconds: Double = 20, _ condition: () throws -> Bool) async throws {
    let deadline = Date().addingTimeInterval(seconds)
    while Date() < deadline {
        if try condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw TestEnvironment.Missing(description: "waited \(seconds) s in vain for \(what)")
}

/// A broker in a process of its own, killed with its owner.
final class BrokerProcess {
    let directory: TemporaryDirectory
    let process: Process
    private(set) var port: UInt16 = 0
    let logPath: String

    /// - Parameter openFiles: the limit that the process is given; nil: as the tests have it.
    init(
        directory: TemporaryDirectory, port: UInt16 = 0, arguments: [String] = [], openFiles: Int? = nil
    ) async throws {
        self.directory = directory
        logPath = directory.path + "/broker-\(UUID().uuidString).log"
        _ = FileManager.default.createFile(atPath: logPath, contents: nil)
        let portFile = directory.path + "/port"
        try? FileManager.default.removeItem(atPath: portFile)
        process = Process()
        let binary = try TestEnvironment.brokerBinary()
        let given =
            ["--data-dir", directory.path + "/data", "--port", String(port), "--port-file", portFile] + arguments
        process.executableURL = URL(fileURLWithPath: openFiles == nil ? binary : "/bin/sh")
        let limited = ["-c", #"ulimit -n "$0" && exec "$@""#, String(openFiles ?? 0), binary]
        process.arguments = openFiles == nil ? given : limited + given
        process.standardError = FileHandle(forWritingAtPath: logPath)
        try process.run()
        try await waitFor("the broker to listen or end") {
            FileManager.default.fileExists(atPath: portFile) || !process.isRunning
        }
        if let text = try? String(contentsOfFile: portFile, encoding: .utf8) {
            self.port = UInt16(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
        }
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    @discardableResult
    func stop(_ signal: Int32 = SIGTERM) async throws -> Int32 {
        kill(process.processIdentifier, signal)
        try await waitFor("the broker to end") { !process.isRunning }
        return process.terminationStatus
    }
}
