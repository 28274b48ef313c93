/// What a rebuild remembers of every identity in a lane: a 128-bit hash and 64 bits of what the event said.
///
/// Open addressing with linear probing; 24 bytes a slot. The hash is keyed by a random seed of the process, so nobody
/// can craft two identities that meet.
struct IdentitySet {
    /// The hash of an identity; `low` is never 0.
    struct Identity {
        let high: UInt64
        let low: UInt64

        init(_ parts: String...) {
            high = Self.hash(parts, salt: 0)
            low = Self.hash(parts, salt: 1) | 1
        }

        private static func hash(_ parts: [String], salt: UInt8) -> UInt64 {
            var hasher = Hasher()
            hasher.combine(salt)
            for part in parts { hasher.combine(part) }
            return UInt64(bitPattern: Int64(hasher.finalize()))
        }
    }

    private struct Entry {
        var high: UInt64
        var low: UInt64
        var content: UInt64
    }

    private var slots: [Entry]
    private(set) var count = 0
    private static let empty = Entry(high: 0, low: 0, content: 0)
    private static let initialSlots = 1024

    init() { slots = Array(repeating: Self.empty, count: Self.initialSlots) }

    var byteCount: Int { slots.count * MemoryLayout<Entry>.stride }

    /// Remembers an identity that `find` does not know.
    mutating func insert(_ identity: Identity, content: UInt64) {
        if count * 4 >= slots.count * 3 { grow() }
        var index = Int(truncatingIfNeeded: identity.high) & (slots.count - 1)
        while slots[index].low != 0 { index = (index + 1) & (slots.count - 1) }
        slots[index] = Entry(high: identity.high, low: identity.low, content: content)
        count += 1
    }

    /// What the identity said, if it is there.
    func find(_ identity: Identity) -> UInt64? {
        var index = Int(truncatingIfNeeded: identity.high) & (slots.count - 1)
        while slots[index].low != 0 {
            if slots[index].low == identity.low, slots[index].high == identity.high { return slots[index].content }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Self.empty, count: old.count * 2)
        for entry in old where entry.low != 0 {
            var index = Int(truncatingIfNeeded: entry.high) & (slots.count - 1)
            while slots[index].low != 0 { index = (index + 1) & (slots.count - 1) }
            slots[index] = entry
        }
    }
}
