/// Closed ranges of one quantity, and which of them a move from one value to the next enters.
///
/// The ends lie sorted, and two places in them follow the value: a move costs what it passes, not what there is. To add or
/// remove a range costs a shift of the sorted ends.
public struct RangeIndex: Sendable {
    private struct Edge {
        let value: Int64
        /// The range's other end.
        let other: Int64
        let slot: Int32
    }

    /// By lower and by upper ends; a range without that end is in the other list only.
    private var lowers: [Edge] = []
    private var uppers: [Edge] = []
    /// Where the value is; nil until it is known.
    public private(set) var position: Int64?
    /// Lower ends at or below the position, upper ends below it.
    private var lowersPassed = 0
    private var uppersPassed = 0

    public static var noLowerEnd: Int64 { .min }
    public static var noUpperEnd: Int64 { .max }

    public init() {}

    /// - Parameters:
    ///   - lower: ``noLowerEnd`` where there is none; at most `upper`.
    ///   - slot: the caller's name for the range.
    public mutating func insert(_ slot: Int32, lower: Int64, upper: Int64) {
        if lower != Self.noLowerEnd {
            lowers.insert(Edge(value: lower, other: upper, slot: slot), at: Self.place(lower, in: lowers))
            if let position, lower <= position { lowersPassed += 1 }
        }
        if upper != Self.noUpperEnd {
            uppers.insert(Edge(value: upper, other: lower, slot: slot), at: Self.place(upper, in: uppers))
            if let position, upper < position { uppersPassed += 1 }
        }
    }

    /// Many at once, by one sort.
    public mutating func insert(_ ranges: [(slot: Int32, lower: Int64, upper: Int64)]) {
        for range in ranges {
            if range.lower != Self.noLowerEnd {
                lowers.append(Edge(value: range.lower, other: range.upper, slot: range.slot))
            }
            if range.upper != Self.noUpperEnd {
                uppers.append(Edge(value: range.upper, other: range.lower, slot: range.slot))
            }
        }
        lowers.sort { $0.value < $1.value }
        uppers.sort { $0.value < $1.value }
        if let position { place(at: position) }
    }

    /// Takes away what was inserted with the same figures.
    public mutating func remove(_ slot: Int32, lower: Int64, upper: Int64) {
        if lower != Self.noLowerEnd, let index = Self.find(slot, lower, in: lowers) {
            lowers.remove(at: index)
            if let position, lower <= position { lowersPassed -= 1 }
        }
        if upper != Self.noUpperEnd, let index = Self.find(slot, upper, in: uppers) {
            uppers.remove(at: index)
            if let position, upper < position { uppersPassed -= 1 }
        }
    }

    /// Says where the value is, without a move.
    public mutating func place(at value: Int64) {
        position = value
        lowersPassed = Self.place(value, in: lowers, isAfter: true)
        uppersPassed = Self.place(value, in: uppers)
    }

    /// Says that the value is not known any more: the next one is the first.
    public mutating func displace() {
        position = nil
        lowersPassed = 0
        uppersPassed = 0
    }

    /// Moves the value and adds the slots of ranges that hold it now and did not before. The first value enters nothing:
    /// where it came from is not known.
    public mutating func move(to value: Int64, entered: inout [Int32]) {
        guard let position else { return place(at: value) }
        if value > position { rise(to: value, &entered) } else if value < position { fall(to: value, &entered) }
        self.position = value
    }

    private mutating func rise(to value: Int64, _ entered: inout [Int32]) {
        while lowersPassed < lowers.count, lowers[lowersPassed].value <= value {
            if lowers[lowersPassed].other >= value { entered.append(lowers[lowersPassed].slot) }
            lowersPassed += 1
        }
        while uppersPassed < uppers.count, uppers[uppersPassed].value < value { uppersPassed += 1 }
    }

    private mutating func fall(to value: Int64, _ entered: inout [Int32]) {
        while uppersPassed > 0, uppers[uppersPassed - 1].value >= value {
            uppersPassed -= 1
            if uppers[uppersPassed].other <= value { entered.append(uppers[uppersPassed].slot) }
        }
        while lowersPassed > 0, lowers[lowersPassed - 1].value > value { lowersPassed -= 1 }
    }

    private static func find(_ slot: Int32, _ value: Int64, in edges: [Edge]) -> Int? {
        var index = place(value, in: edges)
        while index < edges.count, edges[index].value == value {
            if edges[index].slot == slot { return index }
            index += 1
        }
        return nil
    }

    /// The first edge at or above the value, or above it.
    private static func place(_ value: Int64, in edges: [Edge], isAfter: Bool = false) -> Int {
        var (low, high) = (0, edges.count)
        while low < high {
            let middle = (low + high) / 2
            let isBelow = isAfter ? edges[middle].value <= value : edges[middle].value < value
            if isBelow { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
