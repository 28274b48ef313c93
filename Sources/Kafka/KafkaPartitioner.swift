/// Which partition a key belongs to, computed exactly as the clients do.
public enum KafkaPartitioner: String, Sendable, CaseIterable {
    /// The Java client's default, and ours.
    case murmur2
    /// librdkafka's own default.
    case crc32

    /// librdkafka's name for it; records without a key go to random partitions.
    public var propertyValue: String {
        switch self {
        case .murmur2: "murmur2_random"
        case .crc32: "consistent_random"
        }
    }

    /// The partition of a key that is present (for `crc32` also not empty: an empty key counts as none).
    public func partition(forKey key: UnsafeRawBufferPointer, count: Int32) -> Int32 {
        precondition(count > 0, "a topic has at least one partition")
        switch self {
        case .murmur2: return Int32((Murmur2.hash(key) & 0x7fff_ffff) % UInt32(count))
        case .crc32: return Int32(CRC32.hash(key) % UInt32(count))
        }
    }

    public func partition(forKey key: [UInt8], count: Int32) -> Int32 {
        key.withUnsafeBytes { partition(forKey: $0, count: count) }
    }

    /// Whether a record with this key may lie on any partition.
    public func isFree(_ key: UnsafeRawBufferPointer?) -> Bool {
        guard let key else { return true }
        return self == .crc32 && key.isEmpty
    }
}

/// Kafka's 32-bit MurmurHash2.
public enum Murmur2 {
    public static func hash(_ key: UnsafeRawBufferPointer) -> UInt32 {
        let multiplier: UInt32 = 0x5bd1_e995
        var hash: UInt32 = 0x9747_b28c ^ UInt32(truncatingIfNeeded: key.count)
        let whole = key.count & ~3
        var index = 0
        while index < whole {
            var word = UInt32(littleEndian: key.loadUnaligned(fromByteOffset: index, as: UInt32.self))
            word = word &* multiplier
            word ^= word >> 24
            word = word &* multiplier
            hash = (hash &* multiplier) ^ word
            index += 4
        }
        let rest = key.count - whole
        if rest > 0 {
            if rest > 2 { hash ^= UInt32(key[whole + 2]) << 16 }
            if rest > 1 { hash ^= UInt32(key[whole + 1]) << 8 }
            hash ^= UInt32(key[whole])
            hash = hash &* multiplier
        }
        hash ^= hash >> 13
        hash = hash &* multiplier
        hash ^= hash >> 15
        return hash
    }
}

/// The CRC-32 of zlib.
public enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { byte in
        var value = UInt32(byte)
        for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xedb8_8320 : value >> 1 }
        return value
    }

    public static func hash(_ key: UnsafeRawBufferPointer) -> UInt32 {
        var value = UInt32.max
        for byte in key { value = (value >> 8) ^ table[Int((value ^ UInt32(byte)) & 0xff)] }
        return ~value
    }
}
