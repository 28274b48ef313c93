import Domain

struct CashBalanceKey: Hashable {
    @ExactText var userId: String
    let currency: String
}

/// The sums of a user's accounts in one currency. They sum to zero.
struct CashBalance {
    /// By `CashAccount.allCases`.
    private var sums = CashAccount.allCases.map { _ in Amount.zero }
    /// Of announced withdrawals and charges.
    var held = Amount.zero
    var updatedAt = Timestamp.minimum

    init() {}

    subscript(account: CashAccount) -> Amount {
        get { sums[CashAccount.allCases.firstIndex(of: account) ?? 0] }
        set { sums[CashAccount.allCases.firstIndex(of: account) ?? 0] = newValue }
    }

    /// - Throws: `.outOfRange`.
    mutating func add(_ set: EntrySet) throws(NumberError) {
        for line in set.lines { try self[line.account] += line.amount }
    }

    static func encode(_ key: CashBalanceKey, into row: RowBatch) {
        row.put(key.userId)
        row.put(key.currency)
    }

    func encode(into row: RowBatch) {
        for account in CashAccount.allCases { row.put(amountUnits: self[account].units) }
        row.put(amountUnits: held.units)
        row.put(unixMicroseconds: updatedAt.microseconds)
    }

    /// - Throws: `RowError` when the stored row is not what `encode` writes.
    init(_ row: RowReader) throws(RowError) {
        for (index, account) in CashAccount.allCases.enumerated() {
            self[account] = Amount(units: try row.amountUnits(2 + index))
        }
        held = Amount(units: try row.amountUnits(2 + CashAccount.allCases.count))
        updatedAt = Timestamp(microseconds: try row.unixMicroseconds(3 + CashAccount.allCases.count))
    }
}
