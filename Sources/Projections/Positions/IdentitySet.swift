/// What a rebuild remembers of every identity in a lane: a 128-bit hash and 64 bits of what the event said.
///
/// Open addressing with linear probing; 24 bytes a slot. The hash is keyed by a random seed of the process, so nobody
/// can craft two identities that meet.
struct IdentitySet {
    struct Entry {
        var high: UInt64
        var low: UInt64
        var content: UInt64
    }

    enum Answer: Equatable {
        case new
        case sameContent
        case otherContent
    }

    private var slots: [Entry]
    private(set) var count = 0
    private static let empty = Entry(high: 0, low: 0, content: 0)
    private static let initialSlots = 1024

    init() { slots = Array(repeating: Self.empty, count: Self.initialSlots) }

    var byteCount: Int { slots.count * MemoryLayout<Entry>.stride }

    /// Remembers an identity, or says that it was there and whether it said the same.
    mutating func insert(high: UInt64, low: UInt64, content: UInt64) -> Answer {
        if count * 4 >= slots.count * 3 { grow() }
        let marked = low | 1
        var index = Int(truncatingIfNeeded: high) & (slots.count - 1)
        while slots[index].low != 0 {
            if slots[index].low == marked, slots[index].high == high {
                return slots[index].content == content ? .sameContent : .otherContent
            }
            index = (index + 1) & (slots.count - 1)
        }
        slots[index] = Entry(high: high, low: marked, content: content)
        count += 1
        return .new
    }

    mutating func insert(_ first: String, _ second: String, content: UInt64) -> Answer {
        insert(high: Self.hash(first, second, salt: 0), low: Self.hash(first, second, salt: 1), content: content)
    }

    /// What the identity said, if it is there.
    func find(_ first: String, _ second: String) -> UInt64? {
        let high = Self.hash(first, second, salt: 0)
        let marked = Self.hash(first, second, salt: 1) | 1
        var index = Int(truncatingIfNeeded: high) & (slots.count - 1)
        while slots[index].low != 0 {
            if slots[index].low == marked, slots[index].high == high { return slots[index].content }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    private static func hash(_ first: String, _ second: String, salt: UInt8) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(salt)
        hasher.combine(first)
        hasher.combine(second)
        return UInt64(bitPattern: Int64(hasher.finalize()))
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
