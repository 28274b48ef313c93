/// Part of a segment file that a consumer is to get: whole batches, or nothing.
struct LogSlice {
    var file: OpenFile
    var position: Int
    var count: Int
    /// More can be read behind it than was to fit, or lies in the next segment: it does not grow by waiting.
    var isFull = false
}

/// The log of one partition: segments in order, the last one growing.
///
/// Used by the reactor's thread alone. Appended bytes become visible (`highWatermark`) when `synced` says that they
/// are on disk.
final class PartitionLog {
    /// One node never changes leaders.
    static let leaderEpoch: Int32 = 0

    let topic: String
    let partition: Int32
    let directory: String
    var configuration: TopicConfiguration
    var segments: [Segment]
    var producers: ProducerStates
    /// The offset after the last record that is on disk.
    private(set) var highWatermark: Int64
    /// The file that remembers how far the log was synced.
    private let mark: SyncMark
    private let log: Logger
    /// True from deletion on: nothing waits for this log any more.
    var isDeleted = false

    /// Producers' requests that wait for an offset to be on disk, in order of offset.
    var acknowledgements = FIFO<(offset: Int64, request: PendingProduce)>()
    /// Long polls that wait for data here, by their number.
    var waiters: [UInt64: PendingFetch] = [:]
    var isDirty = false

    /// The segments come from `LogRecovery`; there is always at least one.
    init(
        topic: String, partition: Int32, directory: String, configuration: TopicConfiguration,
        recovered: RecoveredLog, mark: SyncMark, log: Logger
    ) {
        self.topic = topic
        self.partition = partition
        self.directory = directory
        self.configuration = configuration
        segments = recovered.segments
        producers = recovered.producers
        highWatermark = recovered.active.nextOffset
        active = recovered.active
        directoryIsDirty = recovered.active.size == 0
        self.mark = mark
        self.log = log
    }

    private(set) var active: Segment

    var name: String { "\(topic)/\(partition)" }
    var startOffset: Int64 { segments.first?.baseOffset ?? active.baseOffset }
    var endOffset: Int64 { active.nextOffset }

    // MARK: Append

    enum Appended: Equatable {
        /// New in the log, or a retry of what is: acknowledge once `lastOffset` is on disk.
        case accepted(baseOffset: Int64, lastOffset: Int64)
        case refused(ErrorCode, String)
    }

    /// Appends one batch as it is, after giving it its offset. Checks everything but the records themselves.
    func append(_ batch: UnsafeMutableRawBufferPointer) throws(BrokerFailure) -> Appended {
        let raw = UnsafeRawBufferPointer(batch)
        guard var header = RecordBatchHeader(raw) else { return .refused(.corruptMessage, "no record batch") }
        if let refusal = validate(header, raw) { return refusal }
        switch producers.check(header) {
        case .append: break
        case .duplicate(let base, let last): return .accepted(baseOffset: base, lastOffset: last)
        case .refuse(let code):
            return .refused(code, "producer \(header.producerId) sequence \(header.baseSequence) to \(name)")
        }
        if mustRoll(for: header) { try roll() }
        header.baseOffset = active.nextOffset
        RecordBatchHeader.assign(baseOffset: header.baseOffset, leaderEpoch: Self.leaderEpoch, to: batch)
        do {
            try active.file.write(raw, at: active.size)
        } catch {
            // A half-written batch (a full disk) must not be followed by another.
            try active.file.truncate(to: active.size)
            throw error
        }
        active.appended(header)
        producers.appended(header)
        return .accepted(baseOffset: header.baseOffset, lastOffset: header.lastOffset)
    }

    /// A segment is bounded in bytes, and in offsets because its index holds them relative to its base.
    private func mustRoll(for header: RecordBatchHeader) -> Bool {
        guard active.size > 0 else { return false }
        let span = active.nextOffset - active.baseOffset + Int64(header.lastOffsetDelta)
        return active.size + header.totalBytes > configuration.segmentBytes || span > Int64(Int32.max)
    }

    private func validate(_ header: RecordBatchHeader, _ batch: UnsafeRawBufferPointer) -> Appended? {
        guard header.magic == 2 else {
            return .refused(.unsupportedForMessageFormat, "message format \(header.magic): only version 2 is taken")
        }
        guard header.totalBytes == batch.count else {
            return .refused(
                .invalidRecord, "a batch of \(header.totalBytes) bytes in a field of \(batch.count): send one batch")
        }
        guard batch.count <= configuration.maximumBatchBytes else {
            return .refused(
                .messageTooLarge,
                "a batch of \(batch.count) bytes, max.message.bytes is \(configuration.maximumBatchBytes)")
        }
        guard header.checksumMatches(batch) else { return .refused(.corruptMessage, "the batch fails its CRC-32C") }
        guard header.lastOffsetDelta >= 0, header.recordCount > 0,
            Int64(header.recordCount) == Int64(header.lastOffsetDelta) + 1
        else {
            return .refused(
                .invalidRecord, "record count \(header.recordCount) and last offset delta \(header.lastOffsetDelta)")
        }
        // A batch may claim more records than it can hold; compressed ones are for the consumer to judge.
        if header.compression == 0, Int(header.recordCount) > header.maximumUncompressedRecords {
            return .refused(.invalidRecord, "\(header.recordCount) records do not fit in \(batch.count) bytes")
        }
        if header.isTransactional {
            return .refused(.invalidTransactionState, "transactions are not supported by the embedded broker")
        }
        if header.isControl { return .refused(.invalidRecord, "control batches are the broker's own") }
        guard header.compression <= 4 else {
            return .refused(.unsupportedCompressionType, "compression codec \(header.compression)")
        }
        return nil
    }

    /// Closes the active segment to appends and opens the next.
    func roll() throws(BrokerFailure) {
        try Descriptors.require(
            1, leaving: EmbeddedBrokerLimits.descriptorShareOfStarts, for: "a new segment of \(name)")
        let next = try Segment.create(in: directory, baseOffset: active.nextOffset)
        active.sealingSnapshot = producers.encode(at: active.nextOffset)
        next.durableSize = 0
        segments.append(next)
        active = next
        directoryIsDirty = true
    }

    /// A segment file was created since the last sync, or stands empty since a time that nobody knows: its directory entry
    /// is to be synced with its first records.
    private(set) var directoryIsDirty: Bool

    // MARK: Sync

    /// What one group fsync will have made durable of this log.
    struct SyncTarget {
        var log: PartitionLog
        var segments: [(segment: Segment, size: Int)]
        var endOffset: Int64
        /// One whose directory entry is to be synced too.
        var newFile: OpenFile?
    }

    func syncTarget() -> SyncTarget {
        var dirty: [(segment: Segment, size: Int)] = []
        for segment in segments.reversed() {
            if segment.durableSize == segment.size && segment !== active { break }
            if segment.durableSize < segment.size { dirty.append((segment, segment.size)) }
        }
        defer { directoryIsDirty = false }
        return SyncTarget(
            log: self, segments: dirty, endOffset: endOffset, newFile: directoryIsDirty ? active.file : nil)
    }

    /// The target is on disk: advances the high watermark and seals segments that are complete.
    func synced(_ target: SyncTarget) {
        for (segment, size) in target.segments { segment.durableSize = max(segment.durableSize, size) }
        highWatermark = max(highWatermark, target.endOffset)
        guard !isDeleted, let last = target.segments.max(by: { $0.segment.baseOffset < $1.segment.baseOffset }) else {
            return
        }
        do throws(BrokerFailure) {
            try mark.write(segment: last.segment.baseOffset, position: last.segment.durableSize)
            try sealComplete()
        } catch {
            // Both only help the next start; the records themselves are on disk.
            log.warning("\(name): \(error)")
        }
    }

    /// Seals every rolled segment that is on disk by now; unsealed ones lie together before the active one.
    private func sealComplete() throws(BrokerFailure) {
        for segment in segments.reversed().dropFirst() {
            guard segment.sealingSnapshot != nil else { return }
            try segment.seal()
        }
    }

    // MARK: Retention

    /// Deletes whole segments from the head that are too old or too many; returns how many went.
    func applyRetention(nowMilliseconds: Int64) throws(BrokerFailure) -> Int {
        guard configuration.retentionMilliseconds >= 0 || configuration.retentionBytes >= 0 else { return 0 }
        let removed = try deleteExpired(nowMilliseconds)
        // Behind it: a new segment may want what the old ones held.
        guard active.size > 0, active.durableSize == active.size, try isExpired(active, nowMilliseconds) else {
            return removed
        }
        try roll()
        try sealComplete()
        return removed + (try deleteExpired(nowMilliseconds))
    }

    private func deleteExpired(_ nowMilliseconds: Int64) throws(BrokerFailure) -> Int {
        var total = segments.reduce(Int64(0)) { $0 + Int64($1.size) }
        var removed = 0
        while segments.count > 1, let head = segments.first, head !== active, head.durableSize == head.size {
            let oversize = configuration.retentionBytes >= 0 && total - Int64(head.size) >= configuration.retentionBytes
            if !oversize { guard try isExpired(head, nowMilliseconds) else { break } }
            total -= Int64(head.size)
            segments.removeFirst()
            try head.delete()
            removed += 1
        }
        return removed
    }

    /// Records without a time, as some clients send them, are as old as their segment's last append.
    private func isExpired(_ segment: Segment, _ now: Int64) throws(BrokerFailure) -> Bool {
        guard configuration.retentionMilliseconds >= 0, segment.maxTimestamp != .min else { return false }
        let latest = segment.maxTimestamp < 0 ? try segment.file.modificationMilliseconds() : segment.maxTimestamp
        return latest < now - configuration.retentionMilliseconds
    }
}
