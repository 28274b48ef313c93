/// The open lots of a book, oldest first. The first lies inline, as most books hold one; closing from the front is O(1).
public struct LotQueue: Sendable, RandomAccessCollection {
    /// A quantity of zero means that there is no lot: a lot's is above.
    private var first = Lot(id: .none, numbers: .none)
    private var rest: [Lot] = []
    /// The lots of `rest` before this index are gone; they are swept away when they outnumber the others.
    private var restStart = 0

    /// Below this, sweeping costs more than the slots it frees.
    private static let minimumSweep = 32

    public init() {}

    public var startIndex: Int { 0 }
    public var endIndex: Int { first.numbers.quantity.isZero ? 0 : 1 + rest.count - restStart }

    public subscript(position: Int) -> Lot {
        position == 0 ? first : rest[restStart + position - 1]
    }

    /// The lot at `position` without its tradeId.
    func numbers(at position: Int) -> LotNumbers {
        position == 0 ? first.numbers : rest[restStart + position - 1].numbers
    }

    /// Where the lots behind the first lie in memory, and the next of them: to be asked for ahead, never to be read.
    public var restMemory: (start: UnsafeRawPointer, next: UnsafeRawPointer)? {
        rest.withUnsafeBufferPointer { lots in
            lots.baseAddress.map { (UnsafeRawPointer($0), UnsafeRawPointer($0 + restStart)) }
        }
    }

    var firstId: TradeId { first.id }

    mutating func append(_ lot: Lot) {
        if first.numbers.quantity.isZero {
            first = lot
        } else {
            rest.append(lot)
        }
    }

    mutating func removeFirst() {
        guard restStart < rest.count else {
            first.numbers.quantity = .zero
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
        first.numbers.quantity.units -= quantity.units
        first.numbers.fees.units -= fees.units
    }
}

extension LotQueue: Hashable {
    public static func == (left: LotQueue, right: LotQueue) -> Bool { left.elementsEqual(right) }

    public func hash(into hasher: inout Hasher) {
        for lot in self { hasher.combine(lot) }
    }
}
