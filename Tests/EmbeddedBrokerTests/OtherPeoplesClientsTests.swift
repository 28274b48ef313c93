import Foundation
import Testing

/// Clients that others wrote, unchanged, each by a script of its own under clients/.
@Suite(.serialized)
struct OtherPeoplesClientsTests {
    private static let scripts = TestEnvironment.packageRoot + "/Tests/EmbeddedBrokerTests/clients"

    /// Runs a script; its output is the failure's text.
    private func run(_ script: String, _ arguments: [String], python: String) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["\(Self.scripts)/\(script)"] + arguments
        var environment = ProcessInfo.processInfo.environment
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        process.environment = environment
        let output = TemporaryOutput()
        process.standardOutput = try output.handle()
        process.standardError = process.standardOutput
        try process.run()
        try await waitFor("\(script) to end", seconds: 120) { !process.isRunning }
        #expect(process.terminationStatus == 0, "\(script):\n\(output.text)")
    }

    private final class TemporaryOutput {
        private let path = NSTemporaryDirectory() + "embedded-broker-client-\(UUID().uuidString).log"

        func handle() throws -> FileHandle {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        }

        var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private func python() throws -> String? {
        let python = try TestEnvironment.python()
        if python == nil {
            print("SKIPPED: no Python with kafka-python and confluent-kafka; make it by scripts/test-venv.sh")
        }
        return python
    }

    @Test(arguments: ["kafka_python_client.py", "confluent_client.py"])
    func aClientWorksUnchanged(script: String) async throws {
        guard let python = try python() else { return }
        let broker = try await BrokerProcess(directory: TemporaryDirectory())
        try await run(script, ["127.0.0.1:\(broker.port)"], python: python)
        #expect(try await broker.stop() == 0)
    }

    @Test(arguments: ["idempotent_restart.py", "group_chaos.py"])
    func nothingIsLostOrDoubledWhenTheBrokerIsKilled(script: String) async throws {
        guard let python = try python() else { return }
        let directory = try TemporaryDirectory()
        try await run(script, [try TestEnvironment.brokerBinary(), directory.path], python: python)
    }

    @Test func kcatProducesAndConsumes() async throws {
        let kcat = "/usr/bin/kcat"
        guard FileManager.default.isExecutableFile(atPath: kcat) else {
            print("SKIPPED: no kcat")
            return
        }
        let broker = try await BrokerProcess(directory: TemporaryDirectory(), arguments: ["--default-partitions", "4"])
        #expect(try WireClient(port: broker.port).createTopic("k", partitions: 4) == 0)
        let script = """
            set -e
            seq 1 5000 | \(kcat) -q -b 127.0.0.1:\(broker.port) -P -t k -X enable.idempotence=true -z gzip
            \(kcat) -q -b 127.0.0.1:\(broker.port) -C -t k -e -o beginning | sort -n | tr '\\n' ' ' > "$1"
            \(kcat) -q -b 127.0.0.1:\(broker.port) -L | grep -q '"k" with 4 partitions' || true
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let result = broker.directory.path + "/kcat.out"
        process.arguments = ["-c", script, "sh", result]
        try process.run()
        try await waitFor("kcat to end", seconds: 60) { !process.isRunning }
        #expect(process.terminationStatus == 0)
        let text = try String(contentsOfFile: result, encoding: .utf8)
        #expect(text == (1...5_000).map(String.init).joined(separator: " ") + " ")
    }
}
