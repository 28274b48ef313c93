import CMemory
import Events

/// What a rebuild remembers of every identity in a lane: 87 bits of a keyed hash and 40 bits of what the event said.
///
/// Open addressing with linear probing by the hash's upper bits, so that a larger table is filled from front to back;
/// 16 bytes a slot, so that none lies in two cache lines. The hash is keyed by a random seed of the process, so nobody
/// can craft two identities that meet; two of 10⁹ do with a probability of 3 × 10⁻⁹.
struct IdentitySet: ~Copyable {
    // Not private: for a nested private type of a noncopyable one Swift 6.3.1 emits broken debug builds.
    struct Entry {
        /// The hash's upper half.
        var high: UInt64
        /// Above ``contentBits`` of the content, the hash's lower half with its lowest bit set: zero where there is no
        /// identity.
        var tagged: UInt64
    }

    private var slots: HashSlots<Entry>
    private(set) var count = 0
    private static let initialSlots = 1024
    private static let contentBits: UInt64 = 40

    init() { slots = HashSlots(count: Self.initialSlots) }

    var byteCount: Int { slots.byteCount }

    private static func tagged(_ identity: ContentHash, _ content: UInt64) -> UInt64 {
        (identity.low | 1) &<< contentBits | content & (1 &<< contentBits &- 1)
    }

    /// Makes room for so many identities.
    mutating func reserve(_ identities: Int) {
        var needed = slots.count
        while identities * 4 >= needed * 3 { needed *= 2 }
        if needed > slots.count { grow(to: needed) }
    }

    /// Remembers an identity that `find` does not know.
    mutating func insert(_ identity: ContentHash, content: UInt64) {
        if count * 4 >= slots.count * 3 { grow(to: slots.count * 2) }
        place(Entry(high: identity.high, tagged: Self.tagged(identity, content)))
        count += 1
    }

    private mutating func place(_ entry: Entry) {
        var index = slots.start(entry.high)
        while slots[index].tagged != 0 { index = slots.next(index) }
        slots[index] = entry
    }

    /// Whether the identity said `content`; nil when it is not there.
    func find(_ identity: ContentHash, content: UInt64) -> Bool? {
        let wanted = Self.tagged(identity, content)
        var index = slots.start(identity.high)
        while true {
            let entry = slots[index]
            guard entry.tagged != 0 else { return nil }
            let difference = entry.tagged ^ wanted
            if entry.high == identity.high, difference &>> Self.contentBits == 0 { return difference == 0 }
            index = slots.next(index)
        }
    }

    /// Asks for the memory of the slot where a look-up will begin.
    func prefetch(_ identity: ContentHash) { slots.prefetch(identity.high) }

    private mutating func grow(to slotCount: Int) {
        var old = HashSlots<Entry>(count: slotCount)
        swap(&old, &slots)
        for index in 0..<old.count where old[index].tagged != 0 { place(old[index]) }
    }
}
