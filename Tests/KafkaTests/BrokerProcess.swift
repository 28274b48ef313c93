import Foundation
import Kafka
import Testing

/// An `embedded-broker` of its own process, on a free port, with a directory of its own.
final class BrokerProcess {
    let brokers: String
    private let directory: URL
    private let port: Int
    private var process: Process

    /// `TAPEFOLD_BIN_DIR`, or where the tests were built.
    static var executable: URL? {
        let environment = ProcessInfo.processInfo.environment
        let candidates = [
            environment["TAPEFOLD_BIN_DIR"].map { URL(filePath: $0) },
            Bundle.main.executableURL?.deletingLastPathComponent(),
            URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent(),
        ]
        return candidates.compactMap { $0?.appending(path: "embedded-broker") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) && understandsPortFile($0) }
    }

    static let isAvailable = executable != nil

    private static func understandsPortFile(_ url: URL) -> Bool {
        (try? run(url, ["--help"]))?.contains("--port-file") ?? false
    }

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "kafka-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        (process, port) = try Self.start(in: directory, port: 0)
        brokers = "127.0.0.1:\(port)"
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: directory)
    }

    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    func restart() throws {
        (process, _) = try Self.start(in: directory, port: port)
    }

    func createTopics(_ names: [String], partitions: Int32) throws {
        let admin = try KafkaAdmin(configuration: quiet(brokers))
        let outcome = try admin.createTopics(
            names.map { .init(name: $0, partitionCount: partitions, replicationFactor: 1) })
        #expect(outcome.created.sorted() == names.sorted())
    }

    private static func start(in directory: URL, port: Int) throws -> (Process, Int) {
        guard let executable else { throw WaitTimedOut(what: "an embedded-broker executable") }
        let portFile = directory.appending(path: "port")
        try? FileManager.default.removeItem(at: portFile)
        let process = Process()
        process.executableURL = executable
        process.arguments = [
            "--data-dir", directory.appending(path: "data").path, "--port", "\(port)", "--port-file", portFile.path,
            "--log-level", "error",
        ]
        try process.run()
        let chosen = try eventually("the broker to listen") {
            usleep(5_000)
            guard process.isRunning else { throw WaitTimedOut(what: "the broker, which ended") }
            guard let text = try? String(contentsOf: portFile, encoding: .utf8) else { return nil as Int? }
            return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return (process, chosen)
    }
}

/// Runs a program to its end and returns its standard output.
func run(_ executable: URL, _ arguments: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = executable
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
}
