import Domain
import Events

/// A book in a fold's memory, with what its row holds beside it.
final class BookState {
    /// Stands in the row of a book that has no executions any more; the row keeps the time of the change.
    static let noExchange = ""
    /// Before all executions.
    private static let beginning = FillOrder(executedAt: Timestamp(microseconds: .min), tradeId: "")

    // First what every execution looks at, so that it shares cache lines.
    /// A hash of the key, as wide as stands in for it.
    let identity: ContentHash
    /// A row of this book is in the database.
    var isStored: Bool
    /// Changed since the last drain.
    var isDirty = false
    /// The book no longer follows from its executions in order: it is to be folded anew from the ledger.
    var needsRefold = false
    /// The last two generations of use decide what a trim keeps.
    var lastUse = 0
    /// The latest time of the events folded into this book.
    var updatedAt: Timestamp
    var book: Book
    let key: BookKey
    private(set) var exchange: String
    private(set) var symbol: String
    /// The first place in matching order from which closings may have changed.
    var refoldFrom: FillOrder?

    init(key: BookKey, identity: ContentHash, exchange: String, symbol: String, updatedAt: Timestamp) {
        self.key = key
        self.identity = identity
        self.exchange = exchange
        self.symbol = symbol
        self.updatedAt = updatedAt
        book = Book()
        isStored = false
    }

    /// - Throws: `RowError` when the stored row contradicts itself.
    init(_ row: RowReader, hasher: ContentHasher) throws(RowError) {
        key = BookKey(userId: try row.text(0), account: try row.text(1), instrument: try row.text(2))
        identity = hasher.book(key)
        exchange = try row.text(3)
        symbol = try row.text(4)
        updatedAt = Timestamp(microseconds: try row.unixMicroseconds(13))
        isStored = true
        needsRefold = try row.optionalInt32(15) != nil
        // From where was known to the fold that put it off, which is gone.
        if needsRefold { refoldFrom = Self.beginning }
        let isShort = try row.int64(5) < 0
        let grossPnl = Amount(units: try row.amountUnits(7))
        let fees = Amount(units: try row.amountUnits(8))
        let fillCount = Int(try row.int64(10))
        var lastFill: FillOrder?
        if let time = try row.optionalUnixMicroseconds(11) {
            lastFill = FillOrder(executedAt: Timestamp(microseconds: time), tradeId: try row.text(12))
        }
        guard let bytes = row.optionalBytes(14), let lots = LotCodec.decode(bytes),
            let stored = try? Book(
                lots: lots, isShort: isShort, grossPnl: grossPnl, fees: fees, lastFill: lastFill, fillCount: fillCount)
        else { throw RowError(table: "positions", column: "open_lots") }
        book = stored
    }

    /// Notes how the latest execution calls the instrument.
    func show(exchange: String, symbol: String) {
        if self.exchange != exchange { self.exchange = exchange }
        if self.symbol != symbol { self.symbol = symbol }
    }

    func encode(into rows: RowBatch, lane: Int, scratch: ByteBuffer) {
        rows.beginRow()
        rows.put(key.userId)
        rows.put(key.account)
        rows.put(key.instrument)
        rows.put(exchange)
        rows.put(symbol)
        rows.put(book.quantity.units)
        rows.put(book.averagePrice?.units)
        rows.put(amountUnits: book.grossPnl.units)
        rows.put(amountUnits: book.fees.units)
        rows.put(amountUnits: book.openFees.units)
        rows.put(Int64(book.fillCount))
        rows.put(unixMicroseconds: book.lastFill?.executedAt.microseconds)
        rows.put(book.lastFill?.tradeId)
        rows.put(unixMicroseconds: updatedAt.microseconds)
        scratch.truncate()
        LotCodec.encode(book.openLots, into: scratch)
        rows.put(scratch.bytes)
        if needsRefold { rows.put(Int32(lane)) } else { rows.putNull() }
    }
}
