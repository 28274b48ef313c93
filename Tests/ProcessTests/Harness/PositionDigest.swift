import Domain
import Postgres
import TestKit

/// Sums over all books, each book weighted by its user, so that nothing can be put in another's place unnoticed.
struct PositionDigest: Equatable, CustomStringConvertible {
    var books: Int128 = 0
    var quantity: Int128 = 0
    var grossPnl: Int128 = 0
    var fees: Int128 = 0
    var openFees: Int128 = 0
    var fills: Int128 = 0
    /// Trades in the ledger of one user.
    var ledger: Int128 = 0

    static let ledgerUser = 7

    static func weight(_ user: Int) -> Int128 { Int128(user + 1) }

    static func sql(_ schema: String) -> String {
        let weight = "(substring(user_id FROM 6)::int + 1)"
        return """
            SELECT count(*)::numeric(40,8) / 100000000, coalesce(sum(quantity_e8::numeric * \(weight)), 0) / 100000000,
                coalesce(sum(gross_pnl * \(weight)), 0), coalesce(sum(fees * \(weight)), 0),
                coalesce(sum(open_fees * \(weight)), 0), coalesce(sum(fill_count * \(weight)), 0) / 100000000,
                (SELECT count(*) FROM \(schema).trades WHERE user_id = 'user-\(ledgerUser)')::numeric / 100000000
            FROM \(schema).positions
            """
    }

    init() {}

    init(_ rows: PostgresResult) throws {
        books = try rows.numericUnits(0, 0)
        quantity = try rows.numericUnits(0, 1)
        grossPnl = try rows.numericUnits(0, 2)
        fees = try rows.numericUnits(0, 3)
        openFees = try rows.numericUnits(0, 4)
        fills = try rows.numericUnits(0, 5)
        ledger = try rows.numericUnits(0, 6)
    }

    var description: String {
        "books \(books) quantity \(quantity) gross \(grossPnl) fees \(fees) open \(openFees) fills \(fills) ledger \(ledger)"
    }
}

/// The oracle's digest as events come one by one.
struct DigestOracle {
    private var oracle = TradeOracle()
    private var books: [TradeOracle.Place: NaiveBook] = [:]
    private var places: [Int: TradeOracle.Place] = [:]
    private var counted: [TradeOracle.Place: PositionDigest] = [:]
    private var changed: Set<TradeOracle.Place> = []
    private var ledger: Int128 = 0
    private var total = PositionDigest()

    mutating func record(_ event: TradeScript.Event) {
        let number: Int
        switch event {
        case .trade(let trade): number = trade.number
        case .correction(let correction): number = correction.trade
        }
        let touched = oracle.record(event)
        guard !touched.isEmpty, let trade = oracle.trades[number] else { return }
        changed.formUnion(touched)
        for place in touched where books[place] == nil { books[place] = NaiveBook() }
        if let before = places[number] {
            books[before]?.void(trade.fill.tradeId)
        } else if trade.user == PositionDigest.ledgerUser {
            ledger += 1
        }
        let place = oracle.place(of: trade)
        places[number] = place
        if !trade.isVoid { books[place]?.record(trade.fill) }
    }

    mutating func digest() throws -> PositionDigest {
        for place in changed {
            guard let answer = try books[place]?.answer() else { continue }
            let weight = PositionDigest.weight(place.user)
            var new = PositionDigest()
            new.books = 1
            new.quantity = Int128(answer.quantity.units) * weight
            new.grossPnl = answer.grossPnl.units * weight
            new.fees = answer.fees.units * weight
            new.openFees = answer.openFees.units * weight
            new.fills = Int128(answer.fillCount) * weight
            let old = counted.updateValue(new, forKey: place) ?? PositionDigest()
            total.books += new.books - old.books
            total.quantity += new.quantity - old.quantity
            total.grossPnl += new.grossPnl - old.grossPnl
            total.fees += new.fees - old.fees
            total.openFees += new.openFees - old.openFees
            total.fills += new.fills - old.fills
        }
        changed = []
        var result = total
        result.ledger = ledger
        return result
    }
}
