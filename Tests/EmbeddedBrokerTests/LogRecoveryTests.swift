import Foundation
import Testing

@testable import EmbeddedBroker

struct LogRecoveryTests {
    private func batch(_ number: Int, count: Int = 2) -> BatchBuilder {
        BatchBuilder(
            values: (0..<count).map { "value \(number) \($0)" }, producerId: 5, producerEpoch: 0,
            baseSequence: Int32(number * count), baseTimestamp: Int64(number) * 1_000)
    }

    private func segmentFile(_ directory: TemporaryDirectory, _ base: Int64 = 0) -> String {
        Segment.path(directory.path + "/log", base, "log")
    }

    private func make(_ directory: TemporaryDirectory, batches: Int, segmentBytes: String? = nil) throws -> TestLog {
        var configuration = TopicConfiguration()
        if let segmentBytes { try configuration.set("segment.bytes", segmentBytes) }
        let log = try TestLog(directory, configuration: configuration)
        for number in 0..<batches { try log.append(batch(number)) }
        return log
    }

    /// The last batch cut off at every one of its bytes: the log ends before it, takes it again, and goes on.
    @Test func aTailTornAtEveryByteIsCut() throws {
        let directory = try TemporaryDirectory()
        _ = try make(directory, batches: 3)
        let file = segmentFile(directory)
        let whole = try Data(contentsOf: URL(fileURLWithPath: file))
        let last = batch(2).bytes.count
        for cut in 1...last {
            for hasMark in [true, false] {
                try whole.dropLast(cut).write(to: URL(fileURLWithPath: file))
                if !hasMark { try FileManager.default.removeItem(atPath: directory.path + "/log/\(SyncMark.name)") }
                let log = try TestLog(directory)
                #expect(log.log.endOffset == 4)
                #expect(log.log.highWatermark == 4)
                #expect(try log.append(batch(2)) == .accepted(baseOffset: 4, lastOffset: 5))
                #expect(try log.read().map(\.last) == [1, 3, 5])
            }
        }
    }

    @Test func aTailThatFailsItsChecksumIsCut() throws {
        let directory = try TemporaryDirectory()
        _ = try make(directory, batches: 3)
        let file = segmentFile(directory)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        bytes[bytes.count - 3] ^= 0xFF
        try bytes.write(to: URL(fileURLWithPath: file))
        #expect(try TestLog(directory).log.endOffset == 4)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)).count == bytes.count - batch(2).bytes.count)
    }

    @Test func garbageAfterTheEndIsCut() throws {
        let directory = try TemporaryDirectory()
        _ = try make(directory, batches: 2)
        let handle = try #require(FileHandle(forWritingAtPath: segmentFile(directory)))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data((0..<500).map { _ in UInt8.random(in: 0...255) }))
        try handle.close()
        #expect(try TestLog(directory).log.endOffset == 4)
    }

    @Test(arguments: [20, 61, 80])
    func damageInTheMiddleIsNamed(position: Int) throws {
        let directory = try TemporaryDirectory()
        _ = try make(directory, batches: 3)
        let file = segmentFile(directory)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let first = batch(0).bytes.count
        bytes[first + position] ^= 0xFF
        try bytes.write(to: URL(fileURLWithPath: file))
        let failure = #expect(throws: BrokerFailure.self) { try TestLog(directory) }
        #expect(failure?.description.contains(file) == true)
        #expect(failure?.description.contains("position \(first)") == true)
    }

    @Test func damageBeyondTheSyncMarkWasNeverAcknowledgedAndIsCut() throws {
        let directory = try TemporaryDirectory()
        let log = try make(directory, batches: 2)
        try log.append(batch(2), sync: false)
        try log.append(batch(3), sync: false)
        let file = segmentFile(directory)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        bytes[batch(0).bytes.count * 2 + 70] ^= 0xFF
        try bytes.write(to: URL(fileURLWithPath: file))
        #expect(try TestLog(directory).log.endOffset == 4)
    }

    @Test func sealedSegmentsAreTakenFromTheirIndexes() throws {
        let directory = try TemporaryDirectory()
        let log = try make(directory, batches: 300, segmentBytes: "4096")
        #expect(log.log.segments.count > 5)
        let sealed = log.log.segments.dropLast()
        for segment in sealed { #expect(SegmentIndex.load(segment.indexPath, segmentBytes: segment.size) != nil) }
        let again = try TestLog(directory)
        #expect(again.log.endOffset == 600)
        #expect(again.log.producers == log.log.producers)
        #expect(again.log.segments.map(\.maxTimestamp) == log.log.segments.map(\.maxTimestamp))
        #expect(try again.read().count == 300)
    }

    @Test func lostIndexesAndSnapshotsAreMadeAgain() throws {
        let directory = try TemporaryDirectory()
        let log = try make(directory, batches: 300, segmentBytes: "4096")
        for name in try FileSystem.list(log.path) where name.hasSuffix(".index") || name.hasSuffix(".producers") {
            try FileSystem.remove("\(log.path)/\(name)")
        }
        let again = try TestLog(directory)
        #expect(again.log.producers == log.log.producers)
        #expect(try again.read().count == 300)
        for segment in again.log.segments.dropLast() { #expect(FileSystem.exists(segment.indexPath)) }
    }

    @Test func aDamagedIndexIsNotBelieved() throws {
        let directory = try TemporaryDirectory()
        let log = try make(directory, batches: 100, segmentBytes: "4096")
        let path = try #require(log.log.segments.first).indexPath
        var bytes = try FileSystem.readAll(path)
        for index in bytes.indices {
            bytes[index] ^= 1
            try FileSystem.replace(path, with: bytes, durable: false)
            #expect(SegmentIndex.load(path, segmentBytes: try #require(log.log.segments.first).size) == nil)
            bytes[index] ^= 1
        }
        #expect(try TestLog(directory).read().count == 100)
    }

    @Test func aMissingSegmentIsNamed() throws {
        let directory = try TemporaryDirectory()
        let log = try make(directory, batches: 200, segmentBytes: "4096")
        try log.log.segments[1].delete()
        let failure = #expect(throws: BrokerFailure.self) { try TestLog(directory) }
        #expect(failure?.description.contains("a segment is missing or damaged") == true)
    }

    @Test func producersAreKnownAgainAfterARestart() throws {
        let directory = try TemporaryDirectory()
        _ = try make(directory, batches: 7)
        let log = try TestLog(directory)
        #expect(try log.append(batch(6)) == .accepted(baseOffset: 12, lastOffset: 13))
        #expect(try log.append(batch(2)) == .accepted(baseOffset: 4, lastOffset: 5))
        guard case .refused(let code, _) = try log.append(batch(8)) else {
            throw TestEnvironment.Missing(description: "")
        }
        #expect(code == .outOfOrderSequenceNumber)
        #expect(log.log.endOffset == 14)
    }
}
