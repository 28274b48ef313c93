import CXxhash

extension ContentHash {
    /// Hashes a record's value as it lies in the log, readable or not.
    public init(record value: UnsafeRawBufferPointer) {
        let hash = tapefold_xxh3_128(value.baseAddress, value.count)
        self.init(high: hash.high64, low: hash.low64)
    }

    /// 16 bytes, high half first.
    public var bytes: [UInt8] { withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) } }

    /// From 16 bytes; nil when there are more or fewer.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        func half(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(high: half(0..<8), low: half(8..<16))
    }

    /// From 32 hexadecimal digits.
    public init?(hexadecimal text: String) {
        guard text.utf8.count == 32, let high = UInt64(text.prefix(16), radix: 16),
            let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }
}
