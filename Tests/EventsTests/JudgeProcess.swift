import Foundation
import Testing

/// judge/judge.py in a Python that has jsonschema.
struct JudgeProcess {
    let python: String

    /// `nil`, said loudly, where there is no such Python; under CI that is a failure.
    static func find() throws -> JudgeProcess? {
        let environment = ProcessInfo.processInfo.environment
        var candidates = [TopologyTests.packageRoot.appending(path: ".build/test-venv/bin/python").path, "python3"]
        if let named = environment["TAPEFOLD_TEST_PYTHON"], !named.isEmpty { candidates = [named] }
        for python in candidates {
            let probe = try? run(python, ["-c", "import jsonschema, asyncapi3, yaml"], input: Data())
            if probe?.status == 0 { return JudgeProcess(python: python) }
        }
        let message =
            "no Python with jsonschema, asyncapi3 and yaml (tried \(candidates.joined(separator: ", "))): set TAPEFOLD_TEST_PYTHON"
        if environment["CI"] == "true" {
            Issue.record("\(message)")
        } else {
            print("SKIPPED: \(message)")
        }
        return nil
    }

    func verdicts(_ documents: [(topic: String, bytes: [UInt8])]) throws -> [String] {
        let lines = documents.map { "\($0.topic)\t\(Data($0.bytes).base64EncodedString())\n" }.joined()
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "judge/judge.py").path
        let schemas = TopologyTests.packageRoot.appending(path: "schemas/events").path
        let answer = try Self.run(python, [script, schemas], input: Data(lines.utf8))
        try #require(answer.status == 0, "the judge failed with status \(answer.status)")
        return answer.output.split(separator: "\n").map(String.init)
    }

    /// Another script's exit status and what it prints.
    func run(_ script: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        try Self.run(python, [script] + arguments, input: Data())
    }

    /// Input and output go through files: pipes of this size would need two more threads.
    private static func run(_ program: String, _ arguments: [String], input: Data) throws -> (
        status: Int32, output: String
    ) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tapefold-judge-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (question, answer) = (folder.appending(path: "in"), folder.appending(path: "out"))
        try input.write(to: question)
        try Data().write(to: answer)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardInput = try FileHandle(forReadingFrom: question)
        process.standardOutput = try FileHandle(forWritingTo: answer)
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: try Data(contentsOf: answer), as: UTF8.self))
    }
}
