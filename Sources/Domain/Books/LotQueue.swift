/// The open lots of a book, oldest first. The first lies inline, as most books hold one; closing from the front is O(1).
public struct LotQueue: Sendable, RandomAccessCollection {
    private var first: Lot?
    private var rest: [Lot] = []
    /// The lots of `rest` before this index are gone; they are swept away when they outnumber the others.
    private var restStart = 0

    /// Below this, sweeping costs more than the slots it frees.
    private static let minimumSweep = 32

    public init() {}

    public var startIndex: Int { 0 }
    public var endIndex: Int { first == nil ? 0 : 1 + rest.count - restStart }

    public subscript(position: Int) -> Lot {
        if position == 0, let first { return first }
        return rest[restStart + position - 1]
    }

    mutating func append(_ lot: Lot) {
        if first == nil { first = lot } else { rest.append(lot) }
    }

    mutating func removeFirst() {
        guard restStart < rest.count else {
            first = nil
            return
        }
        first = rest[restStart]
        restStart += 1
        if restStart == rest.count {
            rest = []
            restStart = 0
        } else if restStart >= Self.minimumSweep, restStart * 2 >= rest.count {
            rest.removeFirst(restStart)
            restStart = 0
        }
    }

    /// Takes `quantity` and `fees` off the first lot.
    mutating func reduceFirst(by quantity: Quantity, fees: Amount) {
        first?.quantity.units -= quantity.units
        first?.fees.units -= fees.units
    }
}

extension LotQueue: Hashable {
    public static func == (left: LotQueue, right: LotQueue) -> Bool { left.elementsEqual(right) }

    public func hash(into hasher: inout Hasher) {
        for lot in self { hasher.combine(lot) }
    }
}
