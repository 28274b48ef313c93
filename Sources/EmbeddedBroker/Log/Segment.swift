import Glibc

/// One file of a partition's log: record batches end to end, exactly as clients sent and will receive them.
final class Segment {
    let file: OpenFile
    let baseOffset: Int64
    let directory: String
    /// Bytes written.
    var size: Int
    /// Bytes known to be on disk: only these are served.
    var durableSize: Int
    /// The offset after the last record written.
    var nextOffset: Int64
    /// The greatest record time, Int64.min while empty.
    var maxTimestamp: Int64
    var index: SegmentIndex
    /// Set when the segment was closed to appends: the producers' state at its end, to be written once it is durable.
    var sealingSnapshot: [UInt8]?

    init(
        file: OpenFile, directory: String, baseOffset: Int64, size: Int, nextOffset: Int64, maxTimestamp: Int64,
        index: SegmentIndex
    ) {
        self.file = file
        self.directory = directory
        self.baseOffset = baseOffset
        self.size = size
        self.durableSize = size
        self.nextOffset = nextOffset
        self.maxTimestamp = maxTimestamp
        self.index = index
    }

    static func create(in directory: String, baseOffset: Int64) throws(BrokerFailure) -> Segment {
        let file = try OpenFile(path: path(directory, baseOffset, "log"), flags: O_RDWR | O_CREAT | O_TRUNC)
        return Segment(
            file: file, directory: directory, baseOffset: baseOffset, size: 0, nextOffset: baseOffset,
            maxTimestamp: .min, index: SegmentIndex())
    }

    static func path(_ directory: String, _ baseOffset: Int64, _ suffix: String) -> String {
        let digits = String(baseOffset)
        return "\(directory)/\(String(repeating: "0", count: max(0, 20 - digits.count)))\(digits).\(suffix)"
    }

    var indexPath: String { Self.path(directory, baseOffset, "index") }
    /// The producers' state at this segment's end.
    var snapshotPath: String { Self.path(directory, baseOffset, "producers") }

    var summary: SegmentIndex.Summary {
        SegmentIndex.Summary(segmentBytes: size, nextOffset: nextOffset, maxTimestamp: maxTimestamp)
    }

    /// Accounts for a batch that now lies at the end of the file.
    func appended(_ header: RecordBatchHeader) {
        index.note(
            relativeOffset: UInt32(header.baseOffset - baseOffset), position: size, maxTimestampBefore: maxTimestamp)
        size += header.totalBytes
        nextOffset = header.lastOffset + 1
        maxTimestamp = max(maxTimestamp, header.maxTimestamp)
    }

    /// Writes the index and producer snapshot beside a segment that takes no more appends and is on disk.
    /// A valid index file is the mark of a segment that needs no scan at start.
    func seal() throws(BrokerFailure) {
        guard let snapshot = sealingSnapshot, durableSize == size else { return }
        try FileSystem.replace(snapshotPath, with: snapshot, durable: false)
        try FileSystem.replace(indexPath, with: index.encode(summary), durable: false)
        sealingSnapshot = nil
        if let (mapped, _) = SegmentIndex.load(indexPath, segmentBytes: size) { index = mapped }
    }

    func delete() throws(BrokerFailure) {
        try FileSystem.remove(indexPath)
        try FileSystem.remove(snapshotPath)
        try FileSystem.remove(file.path)
    }

    /// The batch head at a position, nil at the end of what may be read.
    func header(at position: Int, limit: Int) throws(BrokerFailure) -> RecordBatchHeader? {
        guard position + RecordBatchHeader.byteCount <= limit else { return nil }
        let bytes = try file.read(RecordBatchHeader.byteCount, at: position)
        guard let header = bytes.withUnsafeBytes({ RecordBatchHeader($0) }) else {
            throw BrokerFailure("\(file.path): no record batch at position \(position)")
        }
        return header
    }

    /// The position of the batch that holds `offset`, found from the index and a walk over a few batch heads.
    func position(of offset: Int64) throws(BrokerFailure) -> Int? {
        guard offset >= baseOffset, offset < nextOffset else { return nil }
        var position = index.floorPosition(relativeOffset: UInt32(offset - baseOffset))
        while let header = try header(at: position, limit: durableSize) {
            guard header.isPlausible, header.totalBytes <= durableSize - position else {
                throw BrokerFailure(
                    "\(file.path): damaged at position \(position), before offset \(offset); \(LogRecovery.remedy)")
            }
            if header.lastOffset >= offset { return position }
            position += header.totalBytes
        }
        return nil
    }
}
