import Domain

/// Matches trades given in order, one lot and one slice at a time, by the book: see docs/decisions/0021-fifo-books.md.
struct NaiveLedger {
    private var lots: [NaiveLot] = []
    private var closures: [NaiveClosure] = []
    private var fees: Int128 = 0
    private var fillCount = 0
    private var lastTradeId: String?

    mutating func take(_ fill: Fill) throws {
        fees += fill.fees.units
        fillCount += 1
        lastTradeId = fill.tradeId
        let isSale = fill.side == .sell
        let opposite = lots.filter { $0.isShort != isSale }.reduce(Int64(0)) { $0 + $1.quantity.units }
        let closing = min(opposite, fill.quantity.units)
        let opening = fill.quantity.units - closing
        // A flip is two trades. Each bears its part of the fees; the second takes what the first leaves.
        let closingFees =
            opening == 0 ? fill.fees.units : Self.roundedRatio(fill.fees.units, closing, fill.quantity.units)
        if closing > 0 { try close(fill, quantity: closing, fees: closingFees) }
        if opening > 0 { open(fill, quantity: opening, fees: fill.fees.units - (closing > 0 ? closingFees : 0)) }
    }

    private mutating func open(_ fill: Fill, quantity: Int64, fees: Int128) {
        lots.append(
            NaiveLot(
                tradeId: fill.tradeId, openedAt: fill.executedAt, isShort: fill.side == .sell,
                quantity: Quantity(units: quantity), price: fill.price, fees: Amount(units: fees),
                multiplier: fill.multiplier, openedQuantity: Quantity(units: quantity),
                openedFees: Amount(units: fees)))
    }

    private mutating func close(_ fill: Fill, quantity: Int64, fees: Int128) throws {
        var (left, feesLeft, ordinal) = (quantity, fees, 0)
        while left > 0 {
            var lot = lots.removeFirst()
            let slice = min(left, lot.quantity.units)
            let isLotDone = slice == lot.quantity.units
            let entryFees =
                isLotDone
                ? lot.fees.units : Self.roundedRatio(lot.openedFees.units, slice, lot.openedQuantity.units)
            let exitFees = slice == left ? feesLeft : Self.roundedRatio(fees, slice, quantity)
            closures.append(
                NaiveClosure(
                    entryTradeId: lot.tradeId, exitTradeId: fill.tradeId, ordinal: ordinal,
                    quantity: Quantity(units: slice), entryPrice: lot.price, exitPrice: fill.price,
                    entryAt: lot.openedAt, exitAt: fill.executedAt, isShort: lot.isShort,
                    grossPnl: try Self.gross(lot, fill, slice), fees: Amount(units: entryFees + exitFees)))
            left -= slice
            feesLeft -= exitFees
            ordinal += 1
            if !isLotDone {
                lot.quantity.units -= slice
                lot.fees.units -= entryFees
                lots.insert(lot, at: 0)
            }
        }
    }

    private static func gross(_ lot: NaiveLot, _ fill: Fill, _ slice: Int64) throws -> Amount {
        let difference = lot.isShort ? try lot.price - fill.price : try fill.price - lot.price
        let quantity = Quantity(units: slice)
        return try .product(priceDifference: difference, quantity: quantity, multiplier: lot.multiplier)
    }

    /// value × part / whole, half-even, for values small enough that the product fits 128 bits.
    private static func roundedRatio(_ value: Int128, _ part: Int64, _ whole: Int64) -> Int128 {
        let product = value * Int128(part)
        let (quotient, remainder) = product.quotientAndRemainder(dividingBy: Int128(whole))
        let twice = abs(remainder) * 2
        guard twice > Int128(whole) || (twice == Int128(whole) && quotient % 2 != 0) else { return quotient }
        return quotient + (product < 0 ? -1 : 1)
    }

    func answer() throws -> NaiveAnswer {
        var answer = NaiveAnswer()
        answer.lots = lots
        answer.closures = closures
        let open = lots.reduce(Int64(0)) { $0 + $1.quantity.units }
        answer.quantity = Quantity(units: lots.first?.isShort == true ? -open : open)
        answer.openFees = Amount(units: lots.reduce(0) { $0 + $1.fees.units })
        answer.grossPnl = Amount(units: closures.reduce(0) { $0 + $1.grossPnl.units })
        answer.fees = Amount(units: fees)
        let closedFees = closures.reduce(Int128(0)) { $0 + $1.fees.units }
        answer.realizedPnl = Amount(units: answer.grossPnl.units - closedFees)
        answer.netPnl = try answer.realizedPnl - answer.openFees
        answer.fillCount = fillCount
        answer.lastTradeId = lastTradeId
        if open > 0 {
            let value = lots.reduce(Int128(0)) { $0 + Int128($1.price.units) * Int128($1.quantity.units) }
            answer.averagePrice = Price(units: Int64(Self.roundedRatio(value, 1, open)))
        }
        return answer
    }
}
