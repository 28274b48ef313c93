import Events

extension ContentHash {
    private static let byteCount = 16

    /// Calls `body` with the hash's 16 bytes, high half first, valid inside it.
    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian), body)
    }

    /// Reads 16 bytes; nil when there are more or fewer.
    init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(high: bytes.bigEndian(at: 0, as: UInt64.self), low: bytes.bigEndian(at: 8, as: UInt64.self))
    }
}
