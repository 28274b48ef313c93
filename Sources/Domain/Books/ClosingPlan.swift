/// What a closing execution will do to its book, worked out and range-checked before anything changes.
struct ClosingPlan {
    private(set) var quantity = Quantity.zero
    private(set) var grossPnl = Amount.zero
    /// Entry and exit fees of the closed quantity.
    private(set) var fees = Amount.zero
    /// The entry fees among ``fees``.
    private(set) var entryFees = Amount.zero
    /// Σ entry price × quantity at scale 16.
    private(set) var entryValue: Int128 = 0
    /// Lots closed whole.
    private(set) var emptiedLots = 0
    /// What is taken off the lot behind those.
    private(set) var partQuantity = Quantity.zero
    private(set) var partFees = Amount.zero
    /// What the execution opens when it flips the book, and the fees on that.
    private(set) var openedQuantity = Quantity.zero
    private(set) var openedFees = Amount.zero
    /// The first closure stays out of the array: most executions close one lot, and so allocate nothing.
    private(set) var first: LotClosure?
    private(set) var others: [LotClosure] = []

    /// The book is only read; it comes `inout` because as a plain argument all of it would be copied, and each of the
    /// references in it counted up and down, which costs more than the rest of a fold.
    /// - Throws: `.overflow`.
    init(of fill: Fill, in book: inout Book) throws(BookError) {
        do throws(NumberError) {
            try closeLots(of: &book, with: fill)
        } catch {
            throw .overflow(field: "P&L")
        }
    }

    private mutating func closeLots(of book: inout Book, with fill: Fill) throws(NumberError) {
        let closing = Quantity(units: min(fill.quantity.units, abs(book.quantity.units)))
        let closingFees = fill.fees.share(of: closing, in: fill.quantity)
        openedQuantity = Quantity(units: fill.quantity.units - closing.units)
        openedFees = Amount(units: fill.fees.units - closingFees.units)

        var (left, feesLeft) = (closing, closingFees)
        var index = 0
        while left.isPositive {
            let lot = book.openLots[index]
            let slice = min(lot.quantity, left)
            let exitFees = slice == left ? feesLeft : closingFees.share(of: slice, in: closing)
            try close(slice, of: lot, with: fill, exitFees: exitFees, isShort: book.isShort, ordinal: index)
            left.units -= slice.units
            feesLeft.units -= exitFees.units
            index += 1
        }
        quantity = closing
    }

    private mutating func close(
        _ slice: Quantity, of lot: Lot, with fill: Fill, exitFees: Amount, isShort: Bool, ordinal: Int
    ) throws(NumberError) {
        let gross: Amount =
            isShort
            ? try .product(from: fill.price, to: lot.price, quantity: slice, multiplier: lot.multiplier)
            : try .product(from: lot.price, to: fill.price, quantity: slice, multiplier: lot.multiplier)
        let lotFees = lot.fees(closing: slice)
        let sliceFees = try lotFees + exitFees
        let closure = LotClosure(
            entryTradeId: lot.tradeId, exitTradeId: fill.tradeId, ordinal: ordinal, quantity: slice,
            entryPrice: lot.price, exitPrice: fill.price, entryAt: lot.openedAt, exitAt: fill.executedAt,
            isShort: isShort, multiplier: lot.multiplier, grossPnl: gross, fees: sliceFees,
            realizedPnl: try gross - sliceFees)
        try grossPnl += gross
        try fees += sliceFees
        try entryFees += lotFees
        let (value, overflowed) = entryValue.addingReportingOverflow(Int128(lot.price.units) * Int128(slice.units))
        guard !overflowed else { throw .outOfRange(.amount) }
        entryValue = value
        if slice == lot.quantity { emptiedLots += 1 } else { (partQuantity, partFees) = (slice, lotFees) }
        if first == nil { first = closure } else { others.append(closure) }
    }

    /// Changes the book, or throws `.overflow` and leaves it as it was.
    func commit(_ fill: Fill, to book: inout Book) throws(BookError) {
        let (valueLeft, overflowed) = book.openValue.subtractingReportingOverflow(entryValue)
        guard !overflowed else { throw .overflow(field: "open value") }
        let isFlip = openedQuantity.isPositive
        let openFees = try Book.checked("open fees") { () throws(NumberError) in
            isFlip ? openedFees : try book.openFees - entryFees
        }
        let allFees = try Book.checked("fees") { () throws(NumberError) in try book.fees + fill.fees }
        let gross = try Book.checked("gross P&L") { () throws(NumberError) in try book.grossPnl + grossPnl }
        try Book.checked("realized P&L") { () throws(NumberError) in _ = try grossPnl - fees }
        try book.checkTotals(grossPnl: gross, fees: allFees, openFees: openFees)

        book.openFees = openFees
        book.fees = allFees
        book.grossPnl = gross
        for _ in 0..<emptiedLots { book.openLots.removeFirst() }
        if partQuantity.isPositive { book.openLots.reduceFirst(by: partQuantity, fees: partFees) }
        if isFlip {
            book.openLots.append(fill.lot(quantity: openedQuantity, fees: openedFees))
            book.quantity = fill.side == .buy ? openedQuantity : -openedQuantity
            book.openValue = Int128(fill.price.units) * Int128(openedQuantity.units)
        } else {
            book.quantity.units += fill.side == .buy ? quantity.units : -quantity.units
            book.openValue = valueLeft
        }
        book.note(fill)
    }

    /// The closures as one.
    func closedTrade(_ fill: Fill) -> ClosedTrade? {
        guard let first else { return nil }
        return ClosedTrade(
            exitTradeId: fill.tradeId, openedAt: first.entryAt, closedAt: fill.executedAt, isShort: first.isShort,
            quantity: quantity, averageEntryPrice: Fixed8.average(value: entryValue, quantity: quantity),
            exitPrice: fill.price, grossPnl: grossPnl, fees: fees,
            realizedPnl: Amount(units: grossPnl.units - fees.units), closureCount: 1 + others.count)
    }
}
