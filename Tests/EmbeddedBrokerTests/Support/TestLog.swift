import Telemetry
import Testing

@testable import EmbeddedBroker

/// A partition's log without a broker around it: synced when the test says so.
final class TestLog {
    static let quiet: Logger = {
        var logger = Logger(LogSettings(level: .error))
        logger.isSilent = true
        return logger
    }()

    let directory: TemporaryDirectory
    var path: String { directory.path + "/log" }
    private(set) var log: PartitionLog

    init(_ directory: TemporaryDirectory, configuration: TopicConfiguration = TopicConfiguration()) throws {
        self.directory = directory
        let path = directory.path + "/log"
        try FileSystem.makeDirectory(path)
        let mark = try SyncMark(directory: path)
        let recovered = try LogRecovery(directory: path, mark: try mark.read(), log: Self.quiet).recover()
        log = PartitionLog(
            topic: "t", partition: 0, directory: path, configuration: configuration, recovered: recovered, mark: mark,
            log: Self.quiet)
    }

    @discardableResult
    func append(_ builder: BatchBuilder, sync: Bool = true) throws -> PartitionLog.Appended {
        var bytes = builder.bytes
        var result = PartitionLog.Appended.refused(.unknownServerError, "")
        try bytes.withUnsafeMutableBytes { result = try log.append($0) }
        if sync { try self.sync() }
        return result
    }

    func sync() throws { log.synced(log.syncTarget()) }

    /// Offsets and counts of all batches that a consumer gets from `offset` on.
    func read(from offset: Int64 = 0, maxBytes: Int = 1 << 20) throws -> [(base: Int64, last: Int64)] {
        var found: [(base: Int64, last: Int64)] = []
        var next = offset
        while case .slice(let slice) = try log.read(from: next, maxBytes: maxBytes, orOne: true) {
            let bytes = try slice.file.read(slice.count, at: slice.position)
            try bytes.withUnsafeBytes { buffer in
                var position = 0
                while position < buffer.count {
                    let rest = UnsafeRawBufferPointer(rebasing: buffer[position...])
                    let header = try #require(RecordBatchHeader(rest))
                    try #require(header.totalBytes <= rest.count, "only whole batches are sent")
                    found.append((header.baseOffset, header.lastOffset))
                    position += header.totalBytes
                    next = header.lastOffset + 1
                }
            }
        }
        return found
    }
}
