/// The open lots of a book, oldest first. The first lies inline, as most books hold one; closing from the front is O(1).
public struct LotQueue: Sendable, RandomAccessCollection {
    private var firstId = ""
    /// A quantity of zero means that there is no lot: a lot's is above.
    private var first = LotNumbers.none
    private var rest: [Lot] = []
    /// The lots of `rest` before this index are gone; they are swept away when they outnumber the others.
    private var restStart = 0

    /// Below this, sweeping costs more than the slots it frees.
    private static let minimumSweep = 32

    public init() {}

    public var startIndex: Int { 0 }
    public var endIndex: Int { first.quantity.isZero ? 0 : 1 + rest.count - restStart }

    public subscript(position: Int) -> Lot {
        position == 0 ? Lot(tradeId: firstId, numbers: first) : rest[restStart + position - 1]
    }

    /// The lot at `position` without its tradeId.
    func numbers(at position: Int) -> LotNumbers {
        position == 0 ? first : rest[restStart + position - 1].numbers
    }

    var firstTradeId: String { firstId }

    mutating func append(_ lot: Lot) {
        if first.quantity.isZero {
            firstId = lot.tradeId
            first = lot.numbers
        } else {
            rest.append(lot)
        }
    }

    /// Takes the first lot out and returns its tradeId.
    mutating func removeFirst() -> String {
        var id = ""
        swap(&id, &firstId)
        guard restStart < rest.count else {
            first = .none
            return id
        }
        first = rest[restStart].numbers
        swap(&firstId, &rest[restStart].tradeId)
        restStart += 1
        if restStart == rest.count {
            rest = []
            restStart = 0
        } else if restStart >= Self.minimumSweep, restStart * 2 >= rest.count {
            rest.removeFirst(restStart)
            restStart = 0
        }
        return id
    }

    /// Takes `quantity` and `fees` off the first lot.
    mutating func reduceFirst(by quantity: Quantity, fees: Amount) {
        first.quantity.units -= quantity.units
        first.fees.units -= fees.units
    }
}

extension LotQueue: Hashable {
    public static func == (left: LotQueue, right: LotQueue) -> Bool { left.elementsEqual(right) }

    public func hash(into hasher: inout Hasher) {
        for lot in self { hasher.combine(lot) }
    }
}
