import Glibc

/// A partition's segments as they were found, or made, at start.
struct RecoveredLog {
    var segments: [Segment]
    var active: Segment
    var producers: ProducerStates
}

/// Opens a partition's log: trusts sealed segments by their index files, scans the others batch by batch, cuts a torn
/// tail, and refuses damage in the middle.
struct LogRecovery {
    let directory: String
    let mark: (segment: Int64, position: Int)?
    let log: Logger

    func recover() throws(BrokerFailure) -> RecoveredLog {
        let bases = try FileSystem.list(directory).filter { $0.hasSuffix(".log") }
            .compactMap { Int64($0.dropLast(4)) }.sorted()
        guard !bases.isEmpty else {
            // Its directory entry is synced with the first records: lost before, it is made again.
            let first = try Segment.create(in: directory, baseOffset: 0)
            return RecoveredLog(segments: [first], active: first, producers: ProducerStates())
        }
        var producers = ProducerStates()
        var segments: [Segment] = []
        for (number, base) in bases.enumerated() {
            let isLast = number == bases.count - 1
            let segment = try open(base, isLast: isLast, &producers)
            segments.append(segment)
            if isLast || segment.nextOffset == bases[number + 1] { continue }
            guard wasNeverAcknowledged(segment, from: segment.size) else {
                throw BrokerFailure(
                    "\(segment.file.path) ends at offset \(segment.nextOffset) but the next segment begins at "
                        + "\(bases[number + 1]): a segment is missing or damaged; \(Self.remedy)")
            }
            try dropSegments(Array(bases[(number + 1)...]), after: segment)
            break
        }
        guard let active = segments.last else { throw BrokerFailure("\(directory) has no segments") }
        if let mark, mark.position > 0, mark.segment > active.baseOffset {
            log.warning(
                "\(Segment.path(directory, mark.segment, "log")) is missing: records that were acknowledged are lost, the "
                    + "log ends at offset \(active.nextOffset) and their offsets are given again")
        }
        return RecoveredLog(segments: segments, active: active, producers: producers)
    }

    private func open(
        _ base: Int64, isLast: Bool, _ producers: inout ProducerStates
    ) throws(BrokerFailure) -> Segment {
        let file = try OpenFile(path: Segment.path(directory, base, "log"), flags: O_RDWR)
        let size = try file.size()
        let segment = Segment(
            file: file, directory: directory, baseOffset: base, size: 0, nextOffset: base, maxTimestamp: .min,
            index: SegmentIndex())
        if !isLast, let sealed = loadSealed(segment, size: size) {
            producers = sealed
            return segment
        }
        try scan(segment, fileSize: size, isLast: isLast, &producers)
        if mark == nil || wasNeverAcknowledged(segment, from: segment.size - 1) {
            // Written before a crash, perhaps never synced, and from now on served.
            try segment.file.synchronize()
            try FileSystem.synchronizeDirectory(directory)
        }
        segment.durableSize = segment.size
        if !isLast {
            segment.sealingSnapshot = producers.encode(at: segment.nextOffset)
            // It only helps the next start; after the next sync it is tried again.
            do throws(BrokerFailure) { try segment.seal() } catch { log.warning("\(segment.file.path): \(error)") }
        }
        return segment
    }

    /// Takes a sealed segment's index and its producers' state; nil when either is not whole.
    private func loadSealed(_ segment: Segment, size: Int) -> ProducerStates? {
        guard let (index, summary) = SegmentIndex.load(segment.indexPath, segmentBytes: size),
            FileSystem.exists(segment.snapshotPath), let bytes = try? FileSystem.readAll(segment.snapshotPath),
            let producers = ProducerStates.decode(bytes, at: summary.nextOffset)
        else { return nil }
        segment.index = index
        segment.size = size
        segment.durableSize = size
        segment.nextOffset = summary.nextOffset
        segment.maxTimestamp = summary.maxTimestamp
        return producers
    }

    private func scan(
        _ segment: Segment, fileSize: Int, isLast: Bool, _ producers: inout ProducerStates
    ) throws(BrokerFailure) {
        guard let mapped = try MappedFile(segment.file, count: fileSize) else { return }
        let bytes = mapped.bytes
        _ = madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), fileSize, MADV_SEQUENTIAL)
        while segment.size < fileSize, let header = validBatch(bytes, at: segment.size, expected: segment.nextOffset) {
            segment.appended(header)
            producers.appended(header)
        }
        guard segment.size < fileSize else { return }
        try refuseDamage(segment, bytes, isLast: isLast)
        log.warning(
            "\(segment.file.path): cut a torn tail of \(fileSize - segment.size) bytes at position \(segment.size), "
                + "the log ends at offset \(segment.nextOffset)")
        try segment.file.truncate(to: segment.size)
        try segment.file.synchronize()
    }

    /// A batch that is whole, passes its checksum, and carries the offset the log expects there.
    private func validBatch(
        _ bytes: UnsafeRawBufferPointer, at position: Int, expected: Int64?
    ) -> RecordBatchHeader? {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
        guard let header = RecordBatchHeader(rest), header.isPlausible, header.totalBytes <= rest.count,
            expected == nil || header.baseOffset == expected,
            header.checksumMatches(UnsafeRawBufferPointer(rebasing: rest[..<header.totalBytes]))
        else { return nil }
        return header
    }

    static let remedy = "restore the file from a copy, or move the partition's directory away and start again"

    /// What lies beyond the mark was never acknowledged or served. Without a power cut the mark is exact; after one it
    /// may be old, and what was written beyond it may have landed on disk in any order.
    private func wasNeverAcknowledged(_ segment: Segment, from position: Int) -> Bool {
        guard let mark else { return false }
        return mark.segment < segment.baseOffset || (mark.segment == segment.baseOffset && position >= mark.position)
    }

    /// Anything unreadable is a torn tail when it was never acknowledged, or when nothing good follows it.
    private func refuseDamage(_ segment: Segment, _ bytes: UnsafeRawBufferPointer, isLast: Bool) throws(BrokerFailure) {
        let bad = segment.size
        if wasNeverAcknowledged(segment, from: bad) { return }
        if !isLast {
            throw BrokerFailure(
                "\(segment.file.path): damaged at position \(bad) (offset \(segment.nextOffset)), with later segments "
                    + "after it; \(Self.remedy)")
        }
        guard let next = nextValidBatch(bytes, after: bad, beyond: segment.nextOffset) else { return }
        throw BrokerFailure(
            "\(segment.file.path): damaged at position \(bad) (offset \(segment.nextOffset)), while good data follows at "
                + "position \(next); \(Self.remedy)")
    }

    private func dropSegments(_ bases: [Int64], after segment: Segment) throws(BrokerFailure) {
        for base in bases {
            let path = Segment.path(directory, base, "log")
            let bytes = try OpenFile(path: path, flags: O_RDONLY).size()
            log.warning(
                "\(path): dropped \(bytes) bytes that were never acknowledged, the log ends at offset \(segment.nextOffset)"
            )
            try FileSystem.remove(path)
        }
    }

    private func nextValidBatch(_ bytes: UnsafeRawBufferPointer, after bad: Int, beyond offset: Int64) -> Int? {
        var position = bad + 1
        while position + RecordBatchHeader.byteCount <= bytes.count {
            // The magic byte and a sane offset rule out nearly every position before the checksum is tried.
            if bytes[position + 16] == 2 {
                let base = Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: Int64.self))
                if base >= offset, base - offset < Int64(UInt32.max),
                    validBatch(bytes, at: position, expected: nil) != nil
                {
                    return position
                }
            }
            position += 1
        }
        return nil
    }
}
