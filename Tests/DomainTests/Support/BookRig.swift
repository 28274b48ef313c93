import Domain
import TestKit

/// What the book suite drives: a ledger of trades that answers as a ``NaiveAnswer``.
protocol BookRig {
    init()
    mutating func record(_ fill: Fill) throws
    mutating func void(_ tradeId: String) throws
    func answer() throws -> NaiveAnswer
}

extension NaiveBook: BookRig {}

/// The fast book as a view holds it: an in-order fill is applied, anything else folds the book anew from its ledger.
struct FastBookRig: BookRig {
    private var ledger: [FillOrder: Fill] = [:]
    private var orders: [String: FillOrder] = [:]
    private var closures: [(exitId: String, closure: LotClosure)] = []
    private(set) var effects: [FillEffect] = []
    private(set) var book = Book()
    private(set) var refolds = 0

    mutating func record(_ fill: Fill) throws {
        let isNew = orders[fill.tradeId] == nil
        if let old = orders.updateValue(fill.order, forKey: fill.tradeId) { ledger[old] = nil }
        ledger[fill.order] = fill
        if isNew, book.isInOrder(fill) {
            try apply(fill)
        } else {
            try refold()
        }
    }

    mutating func void(_ tradeId: String) throws {
        guard let old = orders.removeValue(forKey: tradeId) else { return }
        ledger[old] = nil
        try refold()
    }

    private mutating func refold() throws {
        refolds += 1
        (book, closures, effects) = (Book(), [], [])
        for (_, fill) in ledger.sorted(by: { $0.key < $1.key }) { try apply(fill) }
    }

    private mutating func apply(_ fill: Fill) throws {
        var found: [LotClosure] = []
        effects.append(try book.apply(fill) { found.append(copy $0) })
        closures += found.map { (fill.tradeId, $0) }
    }

    /// Puts the book away and reads it again, as a cache that evicts it does.
    mutating func storeAndLoad() throws {
        book = try Book(
            lots: Array(book.openLots), isShort: book.isShort, grossPnl: book.grossPnl, fees: book.fees,
            lastFill: book.lastFill, fillCount: book.fillCount)
    }

    func answer() throws -> NaiveAnswer {
        var answer = NaiveAnswer()
        answer.lots = book.openLots.map { lot in
            NaiveLot(
                tradeId: lot.tradeId, openedAt: lot.openedAt, isShort: book.isShort, quantity: lot.quantity,
                price: lot.price, fees: lot.fees, multiplier: lot.multiplier, openedQuantity: lot.openedQuantity,
                openedFees: lot.openedFees)
        }
        answer.closures = closures.map { exitId, closure in
            NaiveClosure(
                entryTradeId: closure.entryTradeId, exitTradeId: exitId, ordinal: closure.ordinal,
                quantity: closure.quantity, entryPrice: closure.entryPrice, exitPrice: closure.exitPrice,
                entryAt: closure.entryAt, exitAt: closure.exitAt, isShort: closure.isShort,
                grossPnl: closure.grossPnl, fees: closure.fees)
        }
        answer.quantity = book.quantity
        answer.averagePrice = book.averagePrice
        answer.openFees = book.openFees
        answer.grossPnl = book.grossPnl
        answer.fees = book.fees
        answer.realizedPnl = book.realizedPnl
        answer.netPnl = book.netPnl
        answer.fillCount = book.fillCount
        answer.lastTradeId = book.lastFill?.tradeId
        return answer
    }
}

/// The two implementations that every scenario runs on.
enum BookKind: String, CaseIterable, Sendable {
    case fast, naive

    func rig() -> any BookRig {
        switch self {
        case .fast: FastBookRig()
        case .naive: NaiveBook()
        }
    }

    /// Folds `trades` and answers.
    func fold(_ trades: [Fill]) throws -> NaiveAnswer {
        var rig = rig()
        for trade in trades { try rig.record(trade) }
        return try rig.answer()
    }
}

/// `"B10@100.5"` or `"S3@99 fee 1.5 x 50"`: a trade in a few letters, `id` and minute given apart.
func trade(_ text: String, id: String, minute: Int) throws -> Fill {
    let words = text.split(separator: " ")
    let parts = words[0].dropFirst().split(separator: "@")
    func value(after word: String) -> String? {
        words.firstIndex(of: Substring(word)).map { String(words[$0 + 1]) }
    }
    return Fill(
        tradeId: id, executedAt: Timestamp(microseconds: Int64(minute) * Timestamp.microsecondsPerMinute),
        side: words[0].hasPrefix("B") ? .buy : .sell, quantity: try Quantity(parsing: String(parts[0])),
        price: try Price(parsing: String(parts[1])), fees: try Amount(parsing: value(after: "fee") ?? "0"),
        multiplier: try Fixed8(parsing: value(after: "x") ?? "1"))
}

/// Trades a minute apart, with the ids t1, t2, …
func trades(_ texts: String...) throws -> [Fill] {
    try texts.enumerated().map { try trade($1, id: "t\($0 + 1)", minute: $0) }
}
