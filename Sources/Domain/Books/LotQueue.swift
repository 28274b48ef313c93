/// The open lots of a book, oldest first. The first lies inline, as most books hold one; closing from the front is O(1).
public struct LotQueue: Sendable, RandomAccessCollection {
    private var rest: [Lot] = []
    /// The lots of `rest` before this index are gone; they are swept away when they outnumber the others.
    private var restStart: Int32 = 0
    /// Of all lots. Kept here so that adding one looks at no lot that is there: those are met cold.
    private var lotCount: Int32 = 0
    /// Of no meaning while there is no lot.
    private(set) var front = Lot(id: .none, numbers: .none)

    /// Below this, sweeping costs more than the slots it frees.
    private static let minimumSweep = 32
    /// Room for so many lots, or twice as many, is kept when the last of them is gone: most books go from one lot to two and back for ever,
    /// and asking for memory each time cost more than the rest of opening a lot.
    private static let keptRoom = 2
    /// Queues of more lots than this grow by doubling.
    private static let smallRoom = 8

    public init() {}

    public var startIndex: Int { 0 }
    public var endIndex: Int { Int(lotCount) }

    public subscript(position: Int) -> Lot {
        precondition(position >= 0 && position < lotCount)
        return position == 0 ? front : rest[restIndex(position)]
    }

    /// Where in `rest` the lot at `position` lies, or will lie.
    private func restIndex(_ position: Int) -> Int { Int(restStart) + position - 1 }

    /// The lot at `position` without its tradeId.
    func numbers(at position: Int) -> LotNumbers {
        position == 0 ? front.numbers : rest[restIndex(position)].numbers
    }

    /// Where the lots behind the first lie in memory, and the one that comes first when the first is gone, or that is added
    /// next: to be asked for ahead, never to be read.
    public func restMemory(toAdd: Bool) -> (start: UnsafeRawPointer, lot: UnsafeRawPointer)? {
        let index = restIndex(toAdd ? Int(lotCount) : 1)
        return rest.withUnsafeBufferPointer { lots in
            lots.baseAddress.map { (UnsafeRawPointer($0), UnsafeRawPointer($0 + index)) }
        }
    }

    var firstId: TradeId { front.id }

    mutating func append(_ lot: Lot) {
        if lotCount == 0 {
            front = lot
        } else {
            if rest.count == rest.capacity { makeRoom() }
            rest.append(lot)
        }
        lotCount += 1
    }

    /// Room for one more. Memory that is there is taken before new memory, which a system gives slowly: slots whose lots are
    /// gone, and in small queues no more new slots than are needed, as most stay small.
    @inline(never)
    private mutating func makeRoom() {
        if restStart > 0, Int(restStart) * 2 >= rest.count || rest.count <= Self.smallRoom {
            sweep()
        } else if rest.count < Self.smallRoom {
            rest.reserveCapacity(Swift.max(Self.keptRoom, rest.count + 1))
        }
    }

    private mutating func sweep() {
        rest.removeFirst(Int(restStart))
        restStart = 0
    }

    mutating func removeFirst() {
        precondition(lotCount > 0)
        lotCount -= 1
        guard lotCount > 0 else { return }
        front = rest[Int(restStart)]
        restStart += 1
        if lotCount == 1 {
            if rest.capacity <= 2 * Self.keptRoom { rest.removeLast(rest.count) } else { rest = [] }
            restStart = 0
        } else if restStart >= Self.minimumSweep, restStart >= lotCount {
            sweep()
        }
    }

    /// Takes `quantity` and `fees` off the first lot.
    mutating func reduceFirst(by quantity: Quantity, fees: Amount) {
        front.numbers.quantity.units -= quantity.units
        front.numbers.fees.units -= fees.units
    }
}

extension LotQueue: Hashable {
    public static func == (left: LotQueue, right: LotQueue) -> Bool { left.elementsEqual(right) }

    public func hash(into hasher: inout Hasher) {
        for lot in self { hasher.combine(lot) }
    }
}
