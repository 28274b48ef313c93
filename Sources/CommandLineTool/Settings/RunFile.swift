import Foundation
import Glibc

/// What a running `up` tells other commands: `<data-dir>/run.json`, readable by its owner only, there while `up` is ready.
public struct RunFile: Codable, Sendable, Equatable {
    public var kafka: String
    /// With the password.
    public var database: String
    public var api: String
    public var secretFile: String
    /// Of `up` itself.
    public var pid: Int32
    /// When that process began, in clock ticks since the machine did: tells it from a later one under its number.
    public var startTicks: UInt64?
    public var pids: [String: Int32]

    public init(
        kafka: String, database: String, api: String, secretFile: String, pid: Int32, pids: [String: Int32]
    ) {
        self.kafka = kafka
        self.database = database
        self.api = api
        self.secretFile = secretFile
        self.pid = pid
        startTicks = Self.startTicks(of: pid)
        self.pids = pids
    }

    public static func path(in dataDirectory: String) -> String { dataDirectory + "/run.json" }

    /// nil when there is none, or it cannot be understood.
    public static func read(_ dataDirectory: String) -> RunFile? {
        guard let data = FileManager.default.contents(atPath: path(in: dataDirectory)) else { return nil }
        return try? JSONDecoder().decode(RunFile.self, from: data)
    }

    public func write(_ dataDirectory: String) throws(CommandFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { throw CommandFailure("run.json could not be encoded") }
        try PrivateFile.write(Array(data), to: Self.path(in: dataDirectory))
    }

    public static func remove(_ dataDirectory: String) {
        unlink(path(in: dataDirectory))
    }

    /// Whether the `up` that wrote it still runs, by whatever program: another process may have its number by now.
    public var isAlive: Bool {
        guard let began = Self.startTicks(of: pid) else { return false }
        return began == startTicks ?? began
    }

    /// nil where there is no such process, or only its exit status is left. In `/proc/<pid>/stat` it is the 20th figure
    /// behind the name, which stands in brackets and may hold anything; the first is the state.
    private static func startTicks(of pid: Int32) -> UInt64? {
        guard let stat = FileManager.default.contents(atPath: "/proc/\(pid)/stat"),
            let nameEnd = stat.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let figures = stat[stat.index(after: nameEnd)...].split(separator: UInt8(ascii: " "))
        return figures.count > 19 && !figures[0].elementsEqual([UInt8(ascii: "Z")])
            ? UInt64(String(decoding: figures[19], as: UTF8.self)) : nil
    }
}

/// Files that hold a secret.
enum PrivateFile {
    /// Writes the file whole or not at all; its mode is 0600 before a byte is in it.
    static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        let temporary = "\(path).\(getpid())"
        unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(path) }
        let written = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        let synced = fsync(file) == 0
        close(file)
        guard written == bytes.count, synced, rename(temporary, path) == 0 else {
            unlink(temporary)
            throw failure(path)
        }
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure(
            "cannot write \(path): \(String(cString: strerror(errno)))",
            remedy: "Check the directory's permissions and free space.")
    }
}
