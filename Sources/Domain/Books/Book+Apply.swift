extension Book {
    /// Folds one execution that comes behind all others: closes lots from the oldest on, opens what is left.
    ///
    /// An execution that flips the book is two, split at zero: the closing part and the opening part share its fees by
    /// quantity, and the reopened position inherits nothing. Amortised O(1) beside the closures. `onClosure` runs only
    /// when the whole execution is taken.
    /// - Throws: `BookError`; the book is then unchanged and no closure was reported.
    @discardableResult
    public mutating func apply(
        _ fill: borrowing Fill, _ onClosure: (borrowing LotClosure) -> Void = { _ in }
    ) throws(BookError) -> FillEffect {
        guard fill.quantity.isPositive else { throw .notPositive(field: "quantity") }
        guard fill.multiplier.isPositive else { throw .notPositive(field: "multiplier") }
        guard isInOrder(fill) else { throw .outOfOrder }

        let isClosing = fill.side == .sell ? quantity.isPositive : quantity.isNegative
        guard isClosing else {
            try open(fill)
            return FillEffect(closedTrade: nil, openedQuantity: fill.quantity)
        }
        var plan = ClosingPlan(isShort: isShort)
        try plan.prepare(fill, in: &self)
        try plan.commit(fill, to: &self, onClosure)
        return FillEffect(closedTrade: plan.closedTrade(fill), openedQuantity: plan.openedQuantity)
    }

    /// Adds a lot and the execution's fees, or changes nothing.
    private mutating func open(_ fill: borrowing Fill) throws(BookError) {
        let lot = Lot(of: fill, quantity: fill.quantity, fees: fill.fees)
        let totals = try openTotals(adding: lot, isShort: fill.side == .sell)
        let fees = try self.fees(with: fill.fees)
        try checkTotals(grossPnl: grossPnl, fees: fees, openFees: totals.fees)
        quantity = totals.quantity
        openValue = totals.value
        openFees = totals.fees
        self.fees = fees
        openLots.append(lot)
        note(fill)
    }

    func fees(with charged: Amount) throws(BookError) -> Amount {
        try Self.checked("fees") { () throws(NumberError) in try fees + charged }
    }

    mutating func note(_ fill: borrowing Fill) {
        lastFill = FillOrder(executedAt: fill.executedAt, id: fill.id)
        fillCount += 1
    }

    /// The open side of the book with `lot` added.
    func openTotals(
        adding lot: Lot, isShort: Bool
    ) throws(BookError) -> (quantity: Quantity, value: Int128, fees: Amount) {
        let signed = isShort ? -lot.quantity : lot.quantity
        let quantity = try Self.checked("quantity") { () throws(NumberError) in try self.quantity + signed }
        let lotValue = Int128(lot.price.units) * Int128(lot.quantity.units)
        let (value, overflowed) = openValue.addingReportingOverflow(lotValue)
        guard !overflowed else { throw .overflow(field: "open value") }
        let fees = try Self.checked("open fees") { () throws(NumberError) in try openFees + lot.fees }
        return (quantity, value, fees)
    }

    /// Refuses totals from which a derived amount would leave its range, so that reading one never fails.
    func checkTotals(grossPnl: Amount, fees: Amount, openFees: Amount) throws(BookError) {
        try Self.checked("realized P&L") { () throws(NumberError) in _ = try grossPnl - (fees - openFees) }
        try Self.checked("net P&L") { () throws(NumberError) in _ = try grossPnl - fees }
    }

    static func checked<R>(_ field: String, _ body: () throws(NumberError) -> R) throws(BookError) -> R {
        do throws(NumberError) { return try body() } catch { throw .overflow(field: field) }
    }
}

extension Lot {
    /// The lot that an execution opens with part of its quantity and fees.
    init(of fill: borrowing Fill, quantity: Quantity, fees: Amount) {
        self.init(
            id: fill.id, openedAt: fill.executedAt, quantity: quantity, price: fill.price, fees: fees,
            multiplier: fill.multiplier)
    }
}
