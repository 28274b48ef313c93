/// What a closing execution will do to its book, worked out and range-checked before anything changes. Not copyable, so
/// that its three hundred bytes stay where they are.
struct ClosingPlan: ~Copyable {
    /// One lot match, without the ids: those move out of the book when the plan is committed.
    private struct Slice {
        var lot: LotNumbers
        var quantity: Quantity
        var entryFees: Amount
        var fees: Amount
        var grossPnl: Amount

        var isWholeLot: Bool { quantity == lot.quantity }
    }

    private var quantity = Quantity.zero
    private var grossPnl = Amount.zero
    /// Entry and exit fees of the closed quantity.
    private var fees = Amount.zero
    /// The entry fees among ``fees``.
    private var entryFees = Amount.zero
    /// Σ entry price × quantity at scale 16.
    private var entryValue: Int128 = 0
    private let isShort: Bool
    /// What the execution opens when it flips the book, and the fees on that.
    private(set) var openedQuantity = Quantity.zero
    private var openedFees = Amount.zero
    /// The first slice stays out of the array: most executions close one lot, and so allocate nothing.
    private var first: Slice?
    private var others: [Slice] = []

    /// An empty plan, which ``prepare(_:in:)`` fills in: an initialiser that did so would copy it once more.
    init(isShort: Bool) { self.isShort = isShort }

    /// The book is only read; it comes `inout` because as a plain argument all of it would be copied.
    /// - Throws: `.overflow`.
    mutating func prepare(_ fill: borrowing Fill, in book: inout Book) throws(BookError) {
        do throws(NumberError) {
            try slice(&book, with: fill)
        } catch {
            throw .overflow(field: "P&L")
        }
    }

    private mutating func slice(_ book: inout Book, with fill: borrowing Fill) throws(NumberError) {
        quantity = Quantity(units: min(fill.quantity.units, abs(book.quantity.units)))
        let closingFees = fill.fees.share(of: quantity, in: fill.quantity)
        openedQuantity = Quantity(units: fill.quantity.units - quantity.units)
        openedFees = Amount(units: fill.fees.units - closingFees.units)

        var (left, feesLeft) = (quantity, closingFees)
        var index = 0
        while left.isPositive {
            let lot = book.openLots.numbers(at: index)
            let part = min(lot.quantity, left)
            let exitFees = part == left ? feesLeft : closingFees.share(of: part, in: quantity)
            try add(part, of: lot, exitPrice: fill.price, exitFees: exitFees)
            left.units -= part.units
            feesLeft.units -= exitFees.units
            index += 1
        }
    }

    private mutating func add(
        _ part: Quantity, of lot: LotNumbers, exitPrice: Price, exitFees: Amount
    ) throws(NumberError) {
        let (from, to) = isShort ? (exitPrice, lot.price) : (lot.price, exitPrice)
        let gross = try Amount.product(from: from, to: to, quantity: part, multiplier: lot.multiplier)
        let lotFees = lot.fees(closing: part)
        let partFees = try lotFees + exitFees
        _ = try gross - partFees
        try grossPnl += gross
        try fees += partFees
        try entryFees += lotFees
        let (value, overflowed) = entryValue.addingReportingOverflow(Int128(lot.price.units) * Int128(part.units))
        guard !overflowed else { throw .outOfRange(.amount) }
        entryValue = value
        let slice = Slice(lot: lot, quantity: part, entryFees: lotFees, fees: partFees, grossPnl: gross)
        if first == nil { first = slice } else { others.append(slice) }
    }

    /// Changes the book and reports the closures, or throws `.overflow` and leaves the book as it was.
    func commit(
        _ fill: borrowing Fill, to book: inout Book, _ onClosure: (borrowing LotClosure) -> Void
    ) throws(BookError) {
        let (valueLeft, overflowed) = book.openValue.subtractingReportingOverflow(entryValue)
        guard !overflowed else { throw .overflow(field: "open value") }
        let isFlip = openedQuantity.isPositive
        let openFees = try Book.checked("open fees") { () throws(NumberError) in
            isFlip ? openedFees : try book.openFees - entryFees
        }
        let allFees = try book.fees(with: fill.fees)
        let gross = try Book.checked("gross P&L") { () throws(NumberError) in try book.grossPnl + grossPnl }
        try Book.checked("realized P&L") { () throws(NumberError) in _ = try grossPnl - fees }
        try book.checkTotals(grossPnl: gross, fees: allFees, openFees: openFees)

        book.openFees = openFees
        book.fees = allFees
        book.grossPnl = gross
        if let first { close(first, ordinal: 0, fill, &book, onClosure) }
        for (index, slice) in others.enumerated() { close(slice, ordinal: index + 1, fill, &book, onClosure) }
        if isFlip {
            book.openLots.append(Lot(of: fill, quantity: openedQuantity, fees: openedFees))
            book.quantity = fill.side == .buy ? openedQuantity : -openedQuantity
            book.openValue = Int128(fill.price.units) * Int128(openedQuantity.units)
        } else {
            book.quantity.units += fill.side == .buy ? quantity.units : -quantity.units
            book.openValue = valueLeft
        }
        book.note(fill)
    }

    private func close(
        _ slice: Slice, ordinal: Int, _ fill: borrowing Fill, _ book: inout Book,
        _ onClosure: (borrowing LotClosure) -> Void
    ) {
        onClosure(
            LotClosure(
                entryId: book.openLots.firstId, ordinal: ordinal, quantity: slice.quantity,
                entryPrice: slice.lot.price, exitPrice: fill.price, entryAt: slice.lot.openedAt,
                exitAt: fill.executedAt, isShort: isShort, multiplier: slice.lot.multiplier, grossPnl: slice.grossPnl,
                fees: slice.fees, realizedPnl: Amount(units: slice.grossPnl.units - slice.fees.units)))
        if slice.isWholeLot {
            book.openLots.removeFirst()
        } else {
            book.openLots.reduceFirst(by: slice.quantity, fees: slice.entryFees)
        }
    }

    /// The closures as one.
    func closedTrade(_ fill: borrowing Fill) -> ClosedTrade? {
        guard let first else { return nil }
        let average =
            others.isEmpty ? first.lot.price : Fixed8.average(value: entryValue, quantity: quantity)
        return ClosedTrade(
            openedAt: first.lot.openedAt, closedAt: fill.executedAt, isShort: isShort,
            quantity: quantity, averageEntryPrice: average, exitPrice: fill.price, grossPnl: grossPnl, fees: fees,
            realizedPnl: Amount(units: grossPnl.units - fees.units), closureCount: 1 + others.count)
    }
}
