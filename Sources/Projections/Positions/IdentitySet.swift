import CMemory
import Events

/// What a rebuild remembers of every identity in a lane: a 128-bit hash and 64 bits of what the event said.
///
/// Open addressing with linear probing; 24 bytes a slot. The hash is keyed by a random seed of the process, so nobody
/// can craft two identities that meet.
struct IdentitySet {
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
    mutating func insert(_ identity: ContentHash, content: UInt64) {
        if count * 4 >= slots.count * 3 { grow() }
        var index = Int(truncatingIfNeeded: identity.high) & (slots.count - 1)
        while slots[index].low != 0 { index = (index + 1) & (slots.count - 1) }
        slots[index] = Entry(high: identity.high, low: identity.low | 1, content: content)
        count += 1
    }

    /// What the identity said, if it is there.
    func find(_ identity: ContentHash) -> UInt64? {
        var index = Int(truncatingIfNeeded: identity.high) & (slots.count - 1)
        while slots[index].low != 0 {
            if slots[index].low == identity.low | 1, slots[index].high == identity.high { return slots[index].content }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Asks for the memory of the slot where a look-up will begin.
    func prefetch(_ identity: ContentHash) {
        slots.withUnsafeBufferPointer { slots in
            guard let base = slots.baseAddress else { return }
            tapefold_prefetch(base + (Int(truncatingIfNeeded: identity.high) & (slots.count - 1)))
        }
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
