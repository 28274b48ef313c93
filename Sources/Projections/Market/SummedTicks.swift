/// The ticks of a minute whose quantities were added up, by `EventHash`, in the order they were folded.
struct SummedTicks {
    private(set) var hashes: [UInt64]
    /// Made once a look-up is worth it.
    private var index: Set<UInt64>?

    private static let bytesPerHash = 8
    private static let indexedFrom = 16

    init(_ hashes: [UInt64] = []) { self.hashes = hashes }

    mutating func contains(_ hash: UInt64) -> Bool {
        guard hashes.count >= Self.indexedFrom else { return hashes.contains(hash) }
        if index == nil { index = Set(hashes) }
        return index?.contains(hash) ?? false
    }

    mutating func insert(_ hash: UInt64) {
        guard hashes.count < ProjectionLimits.maximumSummedTicksPerMinute else { return }
        hashes.append(hash)
        index?.insert(hash)
    }

    func encode(into buffer: ByteBuffer) {
        for hash in hashes { buffer.append(hash) }
    }

    /// Nil when the bytes are not what `encode` writes.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count % Self.bytesPerHash == 0 else { return nil }
        hashes = stride(from: 0, to: bytes.count, by: Self.bytesPerHash).map {
            bytes.bigEndian(at: $0, as: UInt64.self)
        }
    }
}
