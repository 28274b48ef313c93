/// A set of a day's minutes, one bit each.
struct MinuteSet {
    private var words: [UInt64] = []
    private(set) var isEmpty = true

    mutating func insert(_ minute: Int) {
        let word = minute >> 6
        while words.count <= word { words.append(0) }
        words[word] |= 1 << UInt64(minute & 63)
        isEmpty = false
    }

    func contains(_ minute: Int) -> Bool {
        let word = minute >> 6
        return word < words.count && words[word] & (1 << UInt64(minute & 63)) != 0
    }

    /// Whether any minute of `range` is in the set.
    func intersects(_ range: Range<Int>) -> Bool {
        guard !isEmpty else { return false }
        return range.clamped(to: 0..<(words.count << 6)).contains { contains($0) }
    }

    /// The minutes in order.
    func forEach(_ body: (Int) -> Void) {
        for (index, word) in words.enumerated() where word != 0 {
            var rest = word
            while rest != 0 {
                body(index << 6 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
    }

    mutating func removeAll() {
        words.removeAll(keepingCapacity: true)
        isEmpty = true
    }
}
