import Events

/// 64 bits of an event's source and id. Equal on every machine and for ever, because tables keep them; no signature.
enum EventHash {
    private static let seed: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let factor: UInt64 = 0xE703_7ED1_A0B4_28DB
    private static let tailFactor: UInt64 = 0x8EBC_6AF0_9C88_C6E3

    static func of(_ envelope: Envelope) -> UInt64 {
        var (source, id) = (envelope.source, envelope.id)
        let first = source.withUTF8 { absorb(UnsafeRawBufferPointer($0), into: seed) }
        return id.withUTF8 { absorb(UnsafeRawBufferPointer($0), into: first) }
    }

    /// The same of a single text.
    @inline(__always)
    static func of(_ text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { absorb(UnsafeRawBufferPointer($0), into: seed) }
    }

    /// Eight bytes at a time, each folded in by a 128-bit product; the length parts source from id.
    private static func absorb(_ bytes: UnsafeRawBufferPointer, into start: UInt64) -> UInt64 {
        var state = mix(start ^ UInt64(truncatingIfNeeded: bytes.count), factor)
        var at = 0
        while at + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            state = mix(state ^ word, factor)
            at += 8
        }
        var tail: UInt64 = 0
        while at < bytes.count {
            tail = tail << 8 | UInt64(bytes[at])
            at += 1
        }
        return mix(state ^ tail, tailFactor)
    }

    @inline(__always)
    private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
