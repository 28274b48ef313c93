import Foundation
import Testing

@testable import EmbeddedBroker

struct PartitionLogTests {
    private func small(_ settings: [String: String] = ["segment.bytes": "4096"]) throws -> TestLog {
        var configuration = TopicConfiguration()
        for (name, value) in settings { try configuration.set(name, value) }
        return try TestLog(TemporaryDirectory(), configuration: configuration)
    }

    @Test func nothingUnsyncedIsServed() throws {
        let log = try small()
        try log.append(BatchBuilder(), sync: false)
        #expect(log.log.endOffset == 1)
        #expect(log.log.highWatermark == 0)
        #expect(try log.read().isEmpty)
        try log.sync()
        #expect(log.log.highWatermark == 1)
        #expect(try log.read().count == 1)
    }

    /// Making fifty topics must not cost two hundred syncs; what is acknowledged is on disk with its directory entry.
    @Test func aNewLogsDirectoryIsSyncedWithItsFirstRecords() throws {
        let directory = try TemporaryDirectory()
        for _ in 0..<2 {
            let log = try TestLog(directory)
            #expect(log.log.directoryIsDirty)
        }
        let log = try TestLog(directory)
        try log.append(BatchBuilder(), sync: false)
        let target = log.log.syncTarget()
        #expect(target.newFile != nil)
        log.log.synced(target)
        try log.append(BatchBuilder(), sync: false)
        #expect(log.log.syncTarget().newFile == nil)
        #expect(try !TestLog(directory).log.directoryIsDirty)
    }

    @Test func whatWasAppendedDuringASyncIsNotCountedAsSynced() throws {
        let log = try small()
        try log.append(BatchBuilder(), sync: false)
        let target = log.log.syncTarget()
        try log.append(BatchBuilder(), sync: false)
        log.log.synced(target)
        #expect(log.log.highWatermark == 1)
        #expect(try log.read().count == 1)
    }

    @Test(arguments: [1, 100, 200, 1_000, 10_000, 1 << 20])
    func everyOffsetIsReachedInWholeBatches(maxBytes: Int) throws {
        let log = try small()
        for number in 0..<200 {
            try log.append(BatchBuilder(values: Array(repeating: "v", count: 1 + number % 4)), sync: false)
        }
        try log.sync()
        let all = try log.read(maxBytes: maxBytes)
        #expect(all.count == 200)
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.last + 1 == $1.base })
        for offset in stride(from: Int64(0), to: log.log.endOffset, by: 7) {
            let first = try #require(try log.read(from: offset, maxBytes: maxBytes).first)
            #expect(first.base <= offset && offset <= first.last)
        }
    }

    @Test func offsetsOutsideTheLogAreOutOfRange() throws {
        let log = try small()
        try log.append(BatchBuilder())
        guard case .nothing = try log.log.read(from: 1, maxBytes: 10, orOne: true) else { throw Unexpected() }
        guard case .outOfRange = try log.log.read(from: 2, maxBytes: 10, orOne: true) else { throw Unexpected() }
        guard case .outOfRange = try log.log.read(from: -1, maxBytes: 10, orOne: true) else { throw Unexpected() }
    }

    struct Unexpected: Error {}

    struct Refusal: Sendable {
        var code: ErrorCode
        var change: @Sendable (inout [UInt8]) -> Void
    }

    static let refusals: [Refusal] = [
        Refusal(code: .corruptMessage) { $0[70] ^= 1 },
        Refusal(code: .corruptMessage) { $0 = Array($0.prefix(60)) },
        Refusal(code: .unsupportedForMessageFormat) { $0[16] = 1 },
        Refusal(code: .invalidRecord) { $0 += BatchBuilder().bytes },
        Refusal(code: .invalidTransactionState) { $0 = BatchBuilder(attributes: 0x10).bytes },
        Refusal(code: .invalidRecord) { $0 = BatchBuilder(attributes: 0x20).bytes },
        Refusal(code: .unsupportedCompressionType) { $0 = BatchBuilder(attributes: 5).bytes },
        Refusal(code: .invalidRecord) { $0 = BatchBuilder(values: []).bytes },
        Refusal(code: .invalidRecord) { bytes in
            // Two records claimed where one is.
            bytes[26] = 20
            bytes[60] = 21
            let checksum = CRC32C.of(Array(bytes[21...]))
            withUnsafeBytes(of: checksum.bigEndian) { bytes.replaceSubrange(17..<21, with: $0) }
        },
        Refusal(code: .messageTooLarge) { $0 = BatchBuilder(values: [String(repeating: "x", count: 3_000)]).bytes },
        Refusal(code: .invalidRecord) { $0 = BatchBuilder(producerId: 4, producerEpoch: 0, baseSequence: -1).bytes },
    ]

    @Test(arguments: refusals.indices)
    func badBatchesAreRefusedAndLeaveNothing(index: Int) throws {
        let log = try small(["max.message.bytes": "2000"])
        var bytes = BatchBuilder(values: ["some value"]).bytes
        Self.refusals[index].change(&bytes)
        try bytes.withUnsafeMutableBytes { buffer in
            guard case .refused(let code, _) = try log.log.append(buffer) else { throw Unexpected() }
            #expect(code == Self.refusals[index].code)
        }
        #expect(log.log.endOffset == 0)
        #expect(log.log.active.size == 0)
    }

    /// A compressed batch may claim any number of records in a few bytes; offsets must stay within a segment's reach.
    @Test func batchesThatClaimMilliardsOfRecordsAreKeptApart() throws {
        let log = try small()
        for _ in 0..<4 {
            var bytes = BatchBuilder(values: ["x"], attributes: 1).bytes
            func put(_ value: Int32, at position: Int) {
                withUnsafeBytes(of: value.bigEndian) { bytes.replaceSubrange(position..<(position + 4), with: $0) }
            }
            put(.max - 1, at: 23)
            put(.max, at: 57)
            put(Int32(bitPattern: CRC32C.of(Array(bytes[21...]))), at: 17)
            try bytes.withUnsafeMutableBytes { buffer in
                guard case .accepted = try log.log.append(buffer) else { throw Unexpected() }
            }
        }
        try log.sync()
        #expect(log.log.endOffset == 4 * Int64(Int32.max))
        #expect(try log.read(from: 3 * Int64(Int32.max)).count == 1)
        #expect(try TestLog(log.directory).log.endOffset == log.log.endOffset)
    }

    // MARK: Time

    @Test func offsetsByTime() throws {
        let log = try small()
        for number in 0..<100 {
            try log.append(
                BatchBuilder(values: ["a", "b", "c"], baseTimestamp: Int64(number) * 100, timestampStep: 10),
                sync: false)
        }
        try log.sync()
        for (time, offset) in [(Int64.min + 1, Int64(0)), (0, 0), (1, 1), (20, 2), (21, 3), (5_010, 151), (9_920, 299)]
        {
            #expect(try log.log.offset(atOrAfter: time)?.offset == offset, "time \(time)")
        }
        #expect(try log.log.offset(atOrAfter: 9_921) == nil)
        #expect(try log.log.offsetOfMaxTimestamp() == PartitionLog.TimedOffset(offset: 299, timestamp: 9_920))
    }

    @Test func timesThatGoBackAreFoundInOffsetOrder() throws {
        let log = try small()
        for time in [500, 900, 100, 700, 950, 50] as [Int64] { try log.append(BatchBuilder(baseTimestamp: time)) }
        #expect(try log.log.offset(atOrAfter: 600)?.offset == 1)
        #expect(try log.log.offset(atOrAfter: 901)?.offset == 4)
        #expect(try log.log.offsetOfMaxTimestamp()?.offset == 4)
    }

    // MARK: Retention

    @Test func retentionBySizeDeletesTheHead() throws {
        let log = try small(["segment.bytes": "4096", "retention.bytes": "10000"])
        for _ in 0..<300 { try log.append(BatchBuilder(values: ["0123456789"]), sync: false) }
        try log.sync()
        let removed = try log.log.applyRetention(nowMilliseconds: 0)
        #expect(removed > 0)
        let total = log.log.segments.reduce(0) { $0 + $1.size }
        #expect(total >= 10_000 && total < 10_000 + 4_096)
        #expect(log.log.startOffset > 0)
        guard case .outOfRange = try log.log.read(from: 0, maxBytes: 10, orOne: true) else { throw Unexpected() }
        let again = try TestLog(log.directory)
        #expect(again.log.startOffset == log.log.startOffset)
        #expect(again.log.endOffset == 300)
    }

    @Test func retentionByTimeDeletesTheActiveSegmentToo() throws {
        let log = try small(["segment.bytes": "4096", "retention.ms": "1000"])
        for number in 0..<100 { try log.append(BatchBuilder(baseTimestamp: Int64(number) * 100)) }
        #expect(try log.log.applyRetention(nowMilliseconds: 7_000) > 0)
        #expect(log.log.startOffset > 0 && log.log.startOffset <= 60)
        #expect(try log.log.applyRetention(nowMilliseconds: 20_000) > 0)
        #expect(log.log.startOffset == 100)
        #expect(log.log.endOffset == 100)
        let again = try TestLog(log.directory)
        #expect(again.log.endOffset == 100, "an empty log keeps its offset")
        #expect(try again.append(BatchBuilder()) == .accepted(baseOffset: 100, lastOffset: 100))
    }

    /// Some clients send -1 for no time.
    @Test func recordsWithoutATimeAreAsOldAsTheirSegment() throws {
        let log = try small(["segment.bytes": "4096", "retention.ms": "3600000"])
        for _ in 0..<300 { try log.append(BatchBuilder(baseTimestamp: -1)) }
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        #expect(try log.log.applyRetention(nowMilliseconds: now + 3_500_000) == 0)
        #expect(try log.log.applyRetention(nowMilliseconds: now + 3_700_000) > 0)
    }

    @Test func withoutSettingsNothingIsDeleted() throws {
        let log = try small()
        for _ in 0..<300 { try log.append(BatchBuilder(baseTimestamp: 1)) }
        #expect(try log.log.applyRetention(nowMilliseconds: .max) == 0)
    }

    @Test func aSegmentThatIsStillBeingSentOutlivesItsDeletion() throws {
        let log = try small(["segment.bytes": "4096", "retention.bytes": "0"])
        for _ in 0..<100 { try log.append(BatchBuilder()) }
        guard case .slice(let slice) = try log.log.read(from: 0, maxBytes: 4_096, orOne: true) else {
            throw Unexpected()
        }
        #expect(try log.log.applyRetention(nowMilliseconds: 0) > 0)
        #expect(try slice.file.read(slice.count, at: slice.position).count == slice.count)
    }

    // MARK: Settings

    @Test(arguments: [
        ("cleanup.policy", "compact"), ("retention.ms", "soon"), ("segment.bytes", "1"), ("no.such", "1"),
        ("message.timestamp.type", "LogAppendTime"),
    ])
    func wrongSettingsAreRefused(name: String, value: String) {
        var configuration = TopicConfiguration()
        #expect(throws: TopicConfiguration.Refusal.self) { try configuration.set(name, value) }
    }
}

struct OffsetStoreTests {
    private func change(_ group: String, _ partition: Int32, _ offset: Int64) -> OffsetStore.Change {
        .commit(
            group: group, TopicPartition(topic: "t", partition: partition),
            CommittedOffset(offset: offset, leaderEpoch: 0, metadata: "m"))
    }

    private func open(_ directory: TemporaryDirectory) throws -> OffsetStore {
        try OffsetStore(path: directory.path + "/offsets.log", log: TestLog.quiet)
    }

    private func offset(_ store: OffsetStore, _ group: String, _ partition: Int32) -> Int64? {
        store.groups[group]?[TopicPartition(topic: "t", partition: partition)]?.offset
    }

    @Test func aCommitCountsOnceItIsOnDisk() throws {
        let directory = try TemporaryDirectory()
        let store = try open(directory)
        var isDone = false
        try store.append([change("g", 0, 5)]) { isDone = true }
        #expect(offset(store, "g", 0) == nil)
        #expect(store.isDirty)
        try store.synced(to: store.size)
        #expect(isDone)
        #expect(offset(store, "g", 0) == 5)
        #expect(offset(try open(directory), "g", 0) == 5)
    }

    @Test func aTornTailIsCutAtEveryByte() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/offsets.log"
        let store = try open(directory)
        try store.append([change("g", 0, 5)]) {}
        let first = store.size
        try store.append([change("g", 0, 6), change("g", 1, 7)]) {}
        let whole = try FileSystem.readAll(path)
        for count in first..<whole.count {
            try FileSystem.replace(path, with: Array(whole.prefix(count)), durable: false)
            let again = try open(directory)
            #expect(offset(again, "g", 0) == 5)
            #expect(offset(again, "g", 1) == nil)
            #expect(again.size == first)
        }
    }

    @Test func damageCostsWhatLiesInItAlone() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/offsets.log"
        let store = try open(directory)
        var ends: [Int] = []
        for number in 0..<5 {
            try store.append([change("g\(number)", 0, 5), change("all", 0, Int64(number))]) {}
            ends.append(store.size)
        }
        let whole = try FileSystem.readAll(path)
        for position in ends[1]..<ends[2] {
            var bytes = whole
            bytes[position] ^= 0xFF
            try FileSystem.replace(path, with: bytes, durable: false)
            let again = try open(directory)
            #expect(again.groups.keys.sorted() == ["all", "g0", "g1", "g3", "g4"])
            #expect(offset(again, "all", 0) == 4)
            #expect(try FileSystem.readAll(path + ".damaged") == bytes)
            #expect(try open(directory).groups == again.groups)
        }
    }

    @Test func deletionsAreKept() throws {
        let directory = try TemporaryDirectory()
        let store = try open(directory)
        try store.append([change("g", 0, 5), change("h", 0, 6)]) {}
        try store.append([.deleteGroup("g")]) {}
        try store.synced(to: store.size)
        #expect(store.groups["g"] == nil && store.count == 1)
        #expect(try open(directory).groups.keys.sorted() == ["h"])
        try store.append([.deleteTopic("t")]) {}
        try store.synced(to: store.size)
        #expect(store.count == 0)
        #expect(try open(directory).groups.isEmpty)
    }

    @Test func theLogIsCompactedAtStart() throws {
        let directory = try TemporaryDirectory()
        let store = try open(directory)
        for offset in 0..<5_000 { try store.append([change("g", 0, Int64(offset))]) {} }
        try store.synced(to: store.size)
        let before = store.size
        let again = try open(directory)
        #expect(again.size < before / 100)
        #expect(offset(again, "g", 0) == 4_999)
        #expect(offset(try open(directory), "g", 0) == 4_999)
    }
}
