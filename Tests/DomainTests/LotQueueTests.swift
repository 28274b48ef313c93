import TestKit
import Testing

@testable import Domain

@Suite struct LotQueueTests {
    /// Queues that stay small, as most do, and ones that grow and shrink through every bound of their room.
    @Test(arguments: [1, 2, 3, 9, 40, 300], [1, 2, 3] as [UInt64])
    func isAnArrayOfLots(upTo most: Int, seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var queue = LotQueue()
        var lots: [Lot] = []
        var isGrowing = true
        for number in 0..<2_000 {
            if lots.isEmpty { isGrowing = true } else if lots.count == most { isGrowing = false }
            if lots.isEmpty || lots.count < most && random.chance(isGrowing ? 75 : 25) {
                let lot = Lot(
                    tradeId: "a trade with an id that needs an object of its own, as some do: \(number)",
                    openedAt: Timestamp(microseconds: Int64(number)), quantity: Quantity(units: 10),
                    price: Price(units: Int64(number)), fees: Amount(units: 3))
                queue.append(lot)
                lots.append(lot)
            } else if random.chance(20), lots[0].quantity.units > 1 {
                queue.reduceFirst(by: Quantity(units: 1), fees: .zero)
                lots[0].numbers.quantity.units -= 1
            } else {
                #expect(queue.firstId == lots[0].id)
                queue.removeFirst()
                lots.removeFirst()
            }
            try #require(queue.count == lots.count)
            try #require(queue.elementsEqual(lots))
            try #require(lots.indices.allSatisfy { queue.numbers(at: $0) == lots[$0].numbers })
        }
    }

    /// What the fold asks for ahead is counted from there.
    @Test func theFirstLotIsTheEndOfABook() throws {
        let lots = try #require(MemoryLayout<Book>.offset(of: \Book.openLots))
        let first = try #require(MemoryLayout<LotQueue>.offset(of: \LotQueue.front))
        #expect(Book.totalsBytes == lots + first)
    }

    @Test func aCopyIsItsOwn() {
        var queue = LotQueue()
        for number in 0..<5 { queue.append(Self.lot(number)) }
        var copy = queue
        copy.removeFirst()
        copy.append(Self.lot(5))
        #expect(queue.map(\.tradeId) == ["0", "1", "2", "3", "4"])
        #expect(copy.map(\.tradeId) == ["1", "2", "3", "4", "5"])
    }

    private static func lot(_ number: Int) -> Lot {
        Lot(
            tradeId: "\(number)", openedAt: Timestamp(microseconds: 0), quantity: Quantity(units: 1),
            price: Price(units: 1), fees: .zero)
    }
}
