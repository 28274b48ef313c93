import Foundation
import Testing

/// Prometheus' own reader of its format.
enum MetricsJudge {
    /// `nil`, said loudly, where there is no Python with prometheus_client; under CI that is a failure.
    static func verdict(on text: String) throws -> (faults: [String], families: [String: String])? {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
        let environment = ProcessInfo.processInfo.environment
        let venv = root.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: ".build/test-venv/bin/python3").path
        let python = environment["TAPEFOLD_TEST_PYTHON"].flatMap { $0.isEmpty ? nil : $0 } ?? venv
        guard (try? run(python, ["-c", "import prometheus_client"], "")) != nil else {
            let message = "\(python) has no prometheus_client: run scripts/test-venv.sh"
            if environment["CI"] == "true" { Issue.record("\(message)") } else { print("SKIPPED: \(message)") }
            return nil
        }
        let output = try run(python, [root.appending(path: "judge/check_metrics.py").path], text, mayFail: true)
        var families: [String: String] = [:]
        var faults: [String] = []
        for line in output.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2).map(String.init)
            if words[0] == "family" { families[words[1]] = words[2] } else { faults.append(String(line)) }
        }
        return (faults, families)
    }

    struct Failed: Error {}

    private static func run(
        _ program: String, _ arguments: [String], _ input: String, mayFail: Bool = false
    ) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tapefold-metrics-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (question, answer) = (folder.appending(path: "in"), folder.appending(path: "out"))
        try Data(input.utf8).write(to: question)
        try Data().write(to: answer)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardInput = try FileHandle(forReadingFrom: question)
        process.standardOutput = try FileHandle(forWritingTo: answer)
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard mayFail || process.terminationStatus == 0 else { throw Failed() }
        return String(decoding: try Data(contentsOf: answer), as: UTF8.self)
    }
}
