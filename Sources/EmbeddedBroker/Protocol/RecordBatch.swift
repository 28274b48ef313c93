import CIsal

/// The fixed head of a record batch (magic 2), as Kafka frames it.
struct RecordBatchHeader: Equatable {
    static let byteCount = 61
    /// Base offset and length come before what the length counts.
    static let lengthPrefixBytes = 12
    /// The checksum covers everything from here on.
    static let checksummedFrom = 21

    var baseOffset: Int64
    /// The whole batch in bytes, head included.
    var totalBytes: Int
    var magic: Int8
    var checksum: UInt32
    var attributes: Int16
    var lastOffsetDelta: Int32
    var baseTimestamp: Int64
    var maxTimestamp: Int64
    var producerId: Int64
    var producerEpoch: Int16
    var baseSequence: Int32
    var recordCount: Int32

    var lastOffset: Int64 { baseOffset &+ Int64(lastOffsetDelta) }
    var compression: Int16 { attributes & 0x07 }
    var isTransactional: Bool { attributes & 0x10 != 0 }
    var isControl: Bool { attributes & 0x20 != 0 }

    /// As many records as this many bytes can hold uncompressed: an empty record takes seven.
    var maximumUncompressedRecords: Int { (totalBytes - Self.byteCount) / 7 }

    /// Sequence numbers wrap from Int32.max to 0.
    var lastSequence: Int32 { Self.sequence(baseSequence, plus: lastOffsetDelta) }

    static func sequence(_ start: Int32, plus delta: Int32) -> Int32 {
        guard start >= 0, delta >= 0 else { return start }
        return Int32(truncatingIfNeeded: (Int64(start) + Int64(delta)) & 0x7FFF_FFFF)
    }

    /// Nil when fewer than 61 bytes are there or the length field is impossible.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.byteCount else { return nil }
        func load<T: FixedWidthInteger>(_ offset: Int, _: T.Type) -> T {
            T(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
        }
        let length = load(8, Int32.self)
        guard Int(length) >= Self.byteCount - Self.lengthPrefixBytes else { return nil }
        baseOffset = load(0, Int64.self)
        totalBytes = Int(length) + Self.lengthPrefixBytes
        magic = load(16, Int8.self)
        checksum = load(17, UInt32.self)
        attributes = load(21, Int16.self)
        lastOffsetDelta = load(23, Int32.self)
        baseTimestamp = load(27, Int64.self)
        maxTimestamp = load(35, Int64.self)
        producerId = load(43, Int64.self)
        producerEpoch = load(51, Int16.self)
        baseSequence = load(53, Int32.self)
        recordCount = load(57, Int32.self)
    }

    /// Whether the fields agree with each other; says nothing of the checksum.
    var isPlausible: Bool {
        magic == 2 && baseOffset >= 0 && lastOffsetDelta >= 0 && recordCount > 0
            && Int64(recordCount) == Int64(lastOffsetDelta) + 1
    }

    /// `batch` holds the whole batch.
    func checksumMatches(_ batch: UnsafeRawBufferPointer) -> Bool {
        guard batch.count == totalBytes else { return false }
        return CRC32C.of(UnsafeRawBufferPointer(rebasing: batch[Self.checksummedFrom...])) == checksum
    }

    /// Writes the offset and leader epoch that this log gives the batch; neither is under the checksum.
    static func assign(baseOffset: Int64, leaderEpoch: Int32, to batch: UnsafeMutableRawBufferPointer) {
        guard batch.count >= byteCount else { return }
        batch.storeBytes(of: baseOffset.bigEndian, toByteOffset: 0, as: Int64.self)
        batch.storeBytes(of: leaderEpoch.bigEndian, toByteOffset: 12, as: Int32.self)
    }
}

enum CRC32C {
    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard let base = bytes.baseAddress else { return 0 }
        return isal_crc32c(base, bytes.count)
    }

    static func of(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { of($0) } }
}

extension RecordBatchHeader {
    /// The first record at or after `timestamp` in an uncompressed batch: its offset and time.
    /// Nil when there is none, or the batch is compressed, or its records cannot be read.
    func firstRecord(in batch: UnsafeRawBufferPointer, atOrAfter timestamp: Int64) -> (offset: Int64, timestamp: Int64)?
    {
        guard compression == 0 else { return nil }
        var reader = WireReader(batch, from: Self.byteCount)
        do {
            for _ in 0..<recordCount {
                let length = try reader.varlong("record length")
                let start = reader.position
                try reader.skip(1, "record attributes")
                let time = baseTimestamp &+ (try reader.varlong("timestamp delta"))
                let delta = try reader.varlong("offset delta")
                if time >= timestamp { return (baseOffset &+ delta, time) }
                guard length >= 0, length < Int64(batch.count) else { return nil }
                try reader.skip(start + Int(length) - reader.position, "record")
            }
        } catch {
            return nil
        }
        return nil
    }
}
