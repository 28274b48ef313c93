/// The bytes of a text of at most fifteen, with its length and kind, in two words: equal exactly when those are.
struct ShortText: Equatable {
    /// Whose rules a text was checked by: one that passed those of a kind passes them always.
    enum Kind: UInt64 {
        /// Ids, labels and the like: not empty, no control characters.
        case word = 1
        /// A symbol without its exchange.
        case symbol = 2
    }

    /// Stands for no text: no kind is 0.
    static let none = ShortText(low: 0, high: 0)

    private static let maximumBytes = 15

    let low: UInt64
    let high: UInt64

    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// `nil` for a longer text.
    ///
    /// - Precondition: sixteen bytes can be read from the text's start, as in the shim's padded buffers.
    @inline(__always)
    init?(padded bytes: UnsafeRawBufferPointer, _ kind: Kind) {
        let count = bytes.count
        guard count <= Self.maximumBytes, let base = bytes.baseAddress else { return nil }
        let first = UInt64(littleEndian: base.loadUnaligned(as: UInt64.self))
        let second = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        // Smart shifts would test for what the masks rule out.
        let unused = UInt64(truncatingIfNeeded: 8 &* (8 &- (count & 7)))
        let tag = (kind.rawValue << 4 | UInt64(truncatingIfNeeded: count)) << 56
        if count >= 8 {
            low = first
            high = (count == 8 ? 0 : second & (UInt64.max &>> unused)) | tag
        } else {
            low = count == 0 ? 0 : first & (UInt64.max &>> unused)
            high = tag
        }
    }

    /// Spread over all 64 bits; the highest are the best.
    @inline(__always)
    var spread: UInt64 { (low ^ (high &* 0x9E37_79B9_7F4A_7C15)) &* 0xD6E8_FEB8_6659_FD93 }
}
