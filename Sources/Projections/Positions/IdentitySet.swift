import CMemory
import Events

/// What a rebuild remembers of every identity in a lane: a 128-bit hash and 64 bits of what the event said.
///
/// Open addressing with linear probing by the hash's upper bits, so that a larger table is filled from front to back;
/// 24 bytes a slot. The hash is keyed by a random seed of the process, so nobody can craft two identities that meet.
struct IdentitySet: ~Copyable {
    private struct Entry {
        var high: UInt64
        /// Zero where there is no identity; one's lowest bit is always set.
        var low: UInt64
        var content: UInt64
    }

    private var slots: HashSlots<Entry>
    private(set) var count = 0
    private static let initialSlots = 1024

    init() { slots = HashSlots(count: Self.initialSlots) }

    var byteCount: Int { slots.byteCount }

    /// Remembers an identity that `find` does not know.
    mutating func insert(_ identity: ContentHash, content: UInt64) {
        if count * 4 >= slots.count * 3 { grow() }
        place(Entry(high: identity.high, low: identity.low | 1, content: content))
        count += 1
    }

    private mutating func place(_ entry: Entry) {
        var index = slots.start(entry.high)
        while slots[index].low != 0 { index = slots.next(index) }
        slots[index] = entry
    }

    /// What the identity said, if it is there.
    func find(_ identity: ContentHash) -> UInt64? {
        var index = slots.start(identity.high)
        while slots[index].low != 0 {
            if slots[index].low == identity.low | 1, slots[index].high == identity.high { return slots[index].content }
            index = slots.next(index)
        }
        return nil
    }

    /// Asks for the memory of the slot where a look-up will begin.
    func prefetch(_ identity: ContentHash) { slots.prefetch(identity.high) }

    private mutating func grow() {
        var old = HashSlots<Entry>(count: slots.count * 2)
        swap(&old, &slots)
        for index in 0..<old.count where old[index].low != 0 { place(old[index]) }
    }
}
