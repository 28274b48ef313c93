import Domain
import TestKit
import Testing

@Suite("Books, fast and naive")
struct BookTests {
    @Test("Close and reopen: the new position inherits neither average nor fees", arguments: BookKind.allCases)
    func reopenedPositionInheritsNothing(kind: BookKind) throws {
        let answer = try kind.fold(trades("B10@100 fee 5", "S10@110 fee 5", "B4@200 fee 1"))
        #expect(answer.quantity.description == "4")
        #expect(answer.averagePrice?.description == "200")
        #expect(answer.openFees.description == "1")
        #expect(answer.grossPnl.description == "100")
        #expect(answer.realizedPnl.description == "90")
        #expect(answer.netPnl.description == "89")
        #expect(answer.fees.description == "11")
    }

    @Test("A short earns when the price falls", arguments: BookKind.allCases)
    func shortIsClosed(kind: BookKind) throws {
        let answer = try kind.fold(trades("S10@100 fee 1", "B4@90 fee 1", "B6@105 fee 1"))
        #expect(answer.closures.map(\.grossPnl.description) == ["40", "-30"])
        #expect(answer.closures.map(\.fees.description) == ["1.4", "1.6"])
        #expect(answer.closures.allSatisfy { $0.isShort })
        #expect(answer.quantity.isZero && answer.averagePrice == nil)
        #expect(answer.realizedPnl.description == "7")
    }

    @Test("A fill that flips is split at zero, and counted once", arguments: BookKind.allCases)
    func flipIsSplitAtZero(kind: BookKind) throws {
        let answer = try kind.fold(trades("B10@100 fee 2", "S25@110 fee 5"))
        #expect(answer.quantity.description == "-15")
        #expect(answer.averagePrice?.description == "110")
        #expect(answer.closures.count == 1)
        #expect(answer.closures.first?.quantity.description == "10")
        #expect(answer.closures.first?.fees.description == "4")
        #expect(answer.openFees.description == "3")
        #expect(answer.realizedPnl.description == "96")
        #expect(answer.fillCount == 2)
        #expect(answer.lots.map(\.tradeId) == ["t2"] && answer.lots.allSatisfy { $0.isShort })
    }

    @Test("The average of a position carried forward is that of the lots still open", arguments: BookKind.allCases)
    func averageFollowsTheOpenLots(kind: BookKind) throws {
        let answer = try kind.fold(trades("B10@100", "B10@110", "B10@120", "S15@130"))
        #expect(answer.quantity.description == "15")
        #expect(answer.averagePrice?.description == "116.66666667")
        #expect(answer.lots.map(\.quantity.description) == ["5", "10"])
    }

    @Test("The last slice of a fee takes the rest", arguments: BookKind.allCases)
    func feeSlicesAddUp(kind: BookKind) throws {
        let answer = try kind.fold(trades("B3@10 fee 20", "S1@11", "S1@11", "S1@11"))
        #expect(answer.closures.map(\.fees.description) == ["6.66666667", "6.66666667", "6.66666666"])
        let other = try kind.fold(trades("B1@10", "B1@10", "B1@10", "S3@11 fee 0.00000001"))
        #expect(other.closures.map(\.fees.description) == ["0", "0", "0.00000001"])
        #expect(other.closures.map(\.ordinal) == [0, 1, 2])
    }

    @Test("The multiplier of the opening trade scales P&L", arguments: BookKind.allCases)
    func multiplierScales(kind: BookKind) throws {
        let answer = try kind.fold(trades("B2@100.05 x 50", "S2@100.1 x 50"))
        #expect(answer.grossPnl.description == "5")
    }

    @Test("Matching is by time of execution, then tradeId byte by byte", arguments: BookKind.allCases)
    func matchesByTimeThenId(kind: BookKind) throws {
        var rig = kind.rig()
        try rig.record(trade("S1@50", id: "x", minute: 9))
        try rig.record(trade("B1@30", id: "é", minute: 5))
        try rig.record(trade("B1@20", id: "b", minute: 5))
        try rig.record(trade("B1@10", id: "B", minute: 5))
        let answer = try rig.answer()
        #expect(answer.closures.map(\.entryTradeId) == ["B"])
        #expect(answer.lots.map(\.tradeId) == ["b", "é"])
    }

    @Test("A late fill, an amendment and a void refold the book", arguments: BookKind.allCases)
    func lateAmendedAndVoid(kind: BookKind) throws {
        var rig = kind.rig()
        try rig.record(trade("B10@100", id: "a", minute: 10))
        try rig.record(trade("S10@120", id: "c", minute: 30))
        #expect(try rig.answer().grossPnl.description == "200")
        try rig.record(trade("B10@90", id: "late", minute: 5))
        #expect(try rig.answer().grossPnl.description == "300")
        #expect(try rig.answer().averagePrice?.description == "100")
        try rig.record(trade("B4@90", id: "late", minute: 5))
        #expect(try rig.answer().grossPnl.description == "240")
        try rig.void("late")
        #expect(try rig.answer().grossPnl.description == "200")
        try rig.void("a")
        #expect(try rig.answer().quantity.description == "-10")
        try rig.void("c")
        #expect(try rig.answer() == NaiveAnswer())
    }

    @Test("Sub-unit products round half-even once a closure", arguments: BookKind.allCases)
    func roundsOncePerClosure(kind: BookKind) throws {
        let answer = try kind.fold(trades("B0.5@1", "B0.5@1", "S1@1.00000001"))
        #expect(answer.closures.map(\.grossPnl.description) == ["0", "0"])
        let other = try kind.fold(trades("B1@1", "S1@1.00000001"))
        #expect(other.grossPnl.description == "0.00000001")
    }

    @Test("Prices below zero are prices", arguments: BookKind.allCases)
    func negativePrices(kind: BookKind) throws {
        let answer = try kind.fold(trades("B1@-37.63", "B1@10", "S1@5"))
        #expect(answer.grossPnl.description == "42.63")
        #expect(answer.averagePrice?.description == "10")
    }
}

@Suite("Book: what the fast one promises beside")
struct FastBookTests {
    @Test func refusesWhatIsNotPositive() throws {
        var book = Book()
        var fill = try trade("B1@1", id: "a", minute: 0)
        fill.quantity = .zero
        #expect(throws: BookError.notPositive(field: "quantity")) { try book.apply(fill) }
        fill.quantity = .one
        fill.multiplier = -.one
        #expect(throws: BookError.notPositive(field: "multiplier")) { try book.apply(fill) }
        #expect(book == Book())
    }

    @Test func refusesWhatIsNotBehindTheLastFill() throws {
        var book = Book()
        try book.apply(trade("B1@1", id: "b", minute: 5))
        for (id, minute) in [("b", 5), ("a", 5), ("z", 4)] {
            let fill = try trade("B1@1", id: id, minute: minute)
            #expect(!book.isInOrder(fill))
            #expect(throws: BookError.outOfOrder) { try book.apply(fill) }
        }
        #expect(book.fillCount == 1)
        try book.apply(trade("B1@1", id: "c", minute: 5))
    }

    @Test("An overflow refuses the fill and leaves the book as it was")
    func overflowChangesNothing() throws {
        var full = Book()
        try full.apply(trade("B92233720368@1", id: "a", minute: 0))
        try expectRefusal(of: "B1@1", by: full, "quantity")

        var dear = Book()
        try dear.apply(trade("B90000000000@92233720368", id: "a", minute: 0))
        try expectRefusal(of: "S90000000000@-92233720368 x 1", by: dear, nil)
        try expectRefusal(of: "B2233720368@92233720368 fee 999999999999999999999999999999", by: dear, nil)

        var charged = Book()
        try charged.apply(trade("B2@1 fee 999999999999999999999999999999", id: "a", minute: 0))
        try expectRefusal(of: "B1@1 fee 1", by: charged, "open fees")
        try expectRefusal(of: "S1@1 fee 999999999999999999999999999999", by: charged, nil)

        var scaled = Book()
        try scaled.apply(trade("B90000000000@0 x 90000000000", id: "a", minute: 0))
        try expectRefusal(of: "S90000000000@90000000000", by: scaled, "P&L")
        try scaled.apply(trade("S1@1", id: "b", minute: 1))
        #expect(scaled.grossPnl.description == "90000000000")
    }

    private func expectRefusal(of text: String, by book: Book, _ field: String?) throws {
        var copy = book
        let fill = try trade(text, id: "z", minute: 99)
        var closures = 0
        do {
            try copy.apply(fill) { _ in closures += 1 }
            if field != nil { Issue.record("\(text) was taken") }
        } catch BookError.overflow(let found) {
            if let field { #expect(found == field) }
            #expect(copy == book && closures == 0)
        }
    }

    @Test func tellsTheClosedTrade() throws {
        var book = Book()
        try book.apply(trade("B10@100 fee 1", id: "a", minute: 0))
        let adding = try book.apply(trade("B10@101 fee 1", id: "b", minute: 1))
        #expect(adding == FillEffect(closedTrade: nil, openedQuantity: try Quantity(whole: 10)))
        let effect = try book.apply(trade("S35@103 fee 3.5", id: "c", minute: 3))
        let closed = try #require(effect.closedTrade)
        #expect(effect.openedQuantity.description == "15")
        #expect(closed.quantity.description == "20" && closed.closureCount == 2 && !closed.isShort)
        #expect(closed.averageEntryPrice.description == "100.5" && closed.exitPrice.description == "103")
        #expect(closed.grossPnl.description == "50" && closed.fees.description == "4")
        #expect(closed.realizedPnl.description == "46" && closed.heldMicroseconds == 180_000_000)
    }

    @Test func unrealizedIsZeroWhenFlatAndSignedWhenNot() throws {
        var book = Book()
        #expect(try book.unrealizedPnl(lastPrice: .one).isZero)
        try book.apply(trade("S10@100 x 2", id: "a", minute: 0))
        #expect(try book.unrealizedPnl(lastPrice: Price(parsing: "99.5")).description == "10")
        #expect(throws: NumberError.outOfRange(.amount)) {
            var book = Book()
            try book.apply(trade("B90000000000@0 x 90000000000", id: "a", minute: 0))
            _ = try book.unrealizedPnl(lastPrice: .maximum)
        }
    }

    @Test func refusesStoredLotsThatContradict() throws {
        let lot = Lot(
            tradeId: "a", openedAt: Timestamp(microseconds: 0), quantity: .one, price: .one, fees: .zero,
            openedQuantity: Quantity(units: 1))
        #expect(throws: BookError.inconsistentLots) {
            try Book(lots: [lot], isShort: false, grossPnl: .zero, fees: .zero, lastFill: nil, fillCount: 0)
        }
    }

    @Test("Hundreds of lots close from the front in order")
    func manyLots() throws {
        var book = Book()
        for index in 0..<500 { try book.apply(trade("B1@\(index)", id: "t\(1_000 + index)", minute: index)) }
        var entries: [String] = []
        for index in 0..<250 {
            try book.apply(trade("S1.5@0", id: "u\(index)", minute: 1_000 + index)) { entries.append($0.entryTradeId) }
        }
        #expect(book.openLots.count == 125 && book.openLots.first?.tradeId == "t1375")
        #expect(entries == entries.sorted() && Set(entries).count == 375)
        #expect(book.openLots.map(\.tradeId) == (375..<500).map { "t\(1_000 + $0)" })
    }
}
