/// Where a batch begins, and the latest time of everything before it.
struct IndexEntry: Equatable {
    /// Offset of the batch less the segment's base offset.
    var relativeOffset: UInt32
    var position: UInt32
    /// The greatest record time in the segment before this batch; Int64.min when there is none.
    var maxTimestampBefore: Int64
}

/// The sparse index of one segment: in memory while the segment grows, mapped from its file once it is sealed.
final class SegmentIndex {
    private enum Storage {
        case memory(ContiguousArray<IndexEntry>)
        case mapped(MappedFile)
    }

    /// What an index file says of its segment beside the entries.
    struct Summary: Equatable {
        var segmentBytes: Int
        var nextOffset: Int64
        var maxTimestamp: Int64
    }

    static let entryBytes = 16
    private static let headBytes = 48
    private static let magic: UInt64 = 0x3158_4449_4450_4154

    private var storage: Storage

    init() { storage = .memory([]) }

    private init(_ file: MappedFile) { storage = .mapped(file) }

    var count: Int {
        switch storage {
        case .memory(let entries): entries.count
        case .mapped(let file): (file.bytes.count - Self.headBytes) / Self.entryBytes
        }
    }

    subscript(_ index: Int) -> IndexEntry {
        switch storage {
        case .memory(let entries): return entries[index]
        case .mapped(let file):
            let at = Self.headBytes + index * Self.entryBytes
            return IndexEntry(
                relativeOffset: file.bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self),
                position: file.bytes.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self),
                maxTimestampBefore: file.bytes.loadUnaligned(fromByteOffset: at + 8, as: Int64.self))
        }
    }

    /// Notes a batch about to be appended, unless the last entry is near enough.
    func note(relativeOffset: UInt32, position: Int, maxTimestampBefore: Int64) {
        guard case .memory(var entries) = storage else { return }
        if let last = entries.last, position - Int(last.position) < EmbeddedBrokerLimits.indexIntervalBytes { return }
        storage = .memory([])
        entries.append(
            IndexEntry(
                relativeOffset: relativeOffset, position: UInt32(position), maxTimestampBefore: maxTimestampBefore))
        storage = .memory(entries)
    }

    /// The number of leading entries for which `holds` is true; it must be true for a prefix only.
    func partition(_ holds: (IndexEntry) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The position of the last indexed batch at or below an offset, 0 when there is none.
    func floorPosition(relativeOffset: UInt32) -> Int {
        let found = partition { $0.relativeOffset <= relativeOffset }
        return found == 0 ? 0 : Int(self[found - 1].position)
    }

    /// The last indexed batch start at or below `position` and beyond `start`.
    func boundary(after start: Int, atMost position: Int) -> Int? {
        let found = partition { Int($0.position) <= position }
        guard found > 0 else { return nil }
        let boundary = Int(self[found - 1].position)
        return boundary > start ? boundary : nil
    }

    // MARK: File

    func encode(_ summary: Summary) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headBytes + count * Self.entryBytes)
        func put<T: FixedWidthInteger>(_ value: T) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        put(Self.magic)
        put(Int64(summary.segmentBytes))
        put(summary.nextOffset)
        put(summary.maxTimestamp)
        put(Int64(count))
        put(UInt64(0))
        for index in 0..<count {
            let entry = self[index]
            put(entry.relativeOffset)
            put(entry.position)
            put(entry.maxTimestampBefore)
        }
        let checksum = CRC32C.of(bytes)
        withUnsafeBytes(of: UInt64(checksum).littleEndian) { source in
            for (index, byte) in source.enumerated() { bytes[Self.headBytes - 8 + index] = byte }
        }
        return bytes
    }

    /// Nil when the file is absent, damaged, or not about a segment of this size.
    static func load(_ path: String, segmentBytes: Int) -> (SegmentIndex, Summary)? {
        guard FileSystem.exists(path), let file = try? OpenFile(path: path, flags: 0),
            let size = try? file.size(), size >= headBytes, let mapped = try? MappedFile(file, count: size)
        else { return nil }
        let bytes = mapped.bytes
        func get(_ offset: Int) -> Int64 { bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self) }
        let entries = get(32)
        guard UInt64(bitPattern: get(0)) == magic, get(8) == Int64(segmentBytes), entries >= 0,
            entries <= Int64(size), Int(entries) * entryBytes + headBytes == size
        else { return nil }
        // The checksum was taken with its own field zero.
        var copy = Array(bytes)
        for index in (headBytes - 8)..<headBytes { copy[index] = 0 }
        guard UInt64(bitPattern: get(40)) == UInt64(CRC32C.of(copy)) else { return nil }
        let summary = Summary(segmentBytes: segmentBytes, nextOffset: get(16), maxTimestamp: get(24))
        return (SegmentIndex(mapped), summary)
    }
}
