import Domain

/// A user's day on one exchange in a fold's memory.
final class DaySums {
    let key: DayKey
    private(set) var sums: TradingSums
    /// A row of this day is in the database.
    var isStored: Bool
    /// Changed since the last drain.
    var isDirty = false
    /// The last two generations of use decide what a trim keeps.
    var lastUse = 0

    init(_ key: DayKey) {
        self.key = key
        sums = TradingSums()
        isStored = false
    }

    /// - Throws: `.outOfRange`; the day is then as it was.
    func add(_ share: TradingSums) throws(NumberError) { try sums.add(share) }

    /// - Throws: `.outOfRange`; the day is then as it was.
    func subtract(_ share: TradingSums) throws(NumberError) { try sums.subtract(share) }
}

extension DaySums {
    /// A microsecond at the scale of an amount of seconds.
    private static let unitsPerMicrosecond: Int128 = 100

    convenience init(_ row: RowReader) throws(RowError) {
        let day = CivilDate(dayNumber: try row.unixDay(1))
        self.init(DayKey(userId: try row.text(0), day: day, exchange: try row.text(2)))
        sums.executions = try row.int64(3)
        sums.fees = Amount(units: try row.amountUnits(4))
        sums.winningTrades = try row.int64(5)
        sums.losingTrades = try row.int64(6)
        sums.breakEvenTrades = try row.int64(7)
        sums.grossPnl = Amount(units: try row.amountUnits(8))
        sums.grossProfit = Amount(units: try row.amountUnits(9))
        sums.grossLoss = Amount(units: try row.amountUnits(10))
        sums.heldMicroseconds = try row.amountUnits(11) / Self.unitsPerMicrosecond
        isStored = true
    }

    func encode(into rows: RowBatch) {
        rows.append(key)
        rows.put(sums.executions)
        rows.put(amountUnits: sums.fees.units)
        rows.put(sums.winningTrades)
        rows.put(sums.losingTrades)
        rows.put(sums.breakEvenTrades)
        rows.put(amountUnits: sums.grossPnl.units)
        rows.put(amountUnits: sums.grossProfit.units)
        rows.put(amountUnits: sums.grossLoss.units)
        rows.put(amountUnits: sums.heldMicroseconds * Self.unitsPerMicrosecond)
    }
}

extension RowBatch {
    func append(_ key: DayKey) {
        beginRow()
        put(key.userId)
        put(unixDay: key.day.dayNumber)
        put(key.exchange)
    }
}
