import Domain
import TestKit

/// What the positions view must be after events, worked out from the list of trades alone.
///
/// The order in which trades come is of no matter to it; corrections of one trade count in the order given.
struct TradeOracle {
    struct Trade {
        let user: Int
        let symbol: Int
        var account = "main"
        var fill: Fill
        var isVoid = false
    }

    struct Place: Hashable {
        let user: Int
        let account: String
        let symbol: Int
    }

    private(set) var trades: [Int: Trade] = [:]
    private var waiting: [Int: [TradeScript.Correction]] = [:]
    private var corrections: Set<Int> = []
    /// Every book that a trade ever lay in.
    private(set) var places: Set<Place> = []
    private(set) var duplicates = 0

    /// - Returns: the books that it changes.
    @discardableResult
    mutating func record(_ event: TradeScript.Event) -> [Place] {
        switch event {
        case .trade(let trade): return record(trade)
        case .correction(let correction):
            guard corrections.insert(correction.number).inserted else {
                duplicates += 1
                return []
            }
            guard trades[correction.trade] != nil else {
                waiting[correction.trade, default: []].append(correction)
                return []
            }
            return apply(correction)
        }
    }

    private mutating func record(_ trade: TradeScript.Trade) -> [Place] {
        guard trades[trade.number] == nil else {
            duplicates += 1
            return []
        }
        let fill = Fill(
            tradeId: TradeScript.tradeId(trade.number), executedAt: Timestamp(microseconds: trade.executedAt),
            side: trade.isBuy ? .buy : .sell, quantity: Quantity(units: trade.quantity * Quantity.unitsPerOne),
            price: Self.price(trade.price), fees: Amount(Self.price(trade.fees)))
        trades[trade.number] = Trade(user: trade.user, symbol: trade.symbol, fill: fill)
        var changed = [Place(user: trade.user, account: "main", symbol: trade.symbol)]
        places.formUnion(changed)
        for correction in waiting.removeValue(forKey: trade.number) ?? [] { changed += apply(correction) }
        return changed
    }

    private mutating func apply(_ correction: TradeScript.Correction) -> [Place] {
        guard var trade = trades[correction.trade] else { return [] }
        let before = place(of: trade)
        switch correction.change {
        case .void: trade.isVoid = true
        case .price(let price): trade.fill.price = Self.price(price)
        case .quantity(let quantity): trade.fill.quantity = Quantity(units: quantity * Quantity.unitsPerOne)
        case .fees(let fees): trade.fill.fees = Amount(Self.price(fees))
        case .account(let account): trade.account = account
        case .executedAt(let time): trade.fill.executedAt = Timestamp(microseconds: time)
        }
        trades[correction.trade] = trade
        places.insert(place(of: trade))
        return [before, place(of: trade)]
    }

    func place(of trade: Trade) -> Place { Place(user: trade.user, account: trade.account, symbol: trade.symbol) }

    private static func price(_ hundredths: Int64) -> Fixed8 { Fixed8(units: hundredths * 1_000_000) }
}

/// The rows of a view in words, by key: what two sources of the same figures are compared by.
struct ExpectedRows {
    var positions: [String: String] = [:]
    var trades: [String: String] = [:]
    var closures: [String: String] = [:]
}

extension TradeOracle {
    func rows() throws -> ExpectedRows {
        var rows = ExpectedRows()
        // A book whose executions were all amended away shows no row.
        var books = Dictionary(
            trades.values.map { (place(of: $0), NaiveBook()) }, uniquingKeysWith: { first, _ in first })
        for trade in trades.values where !trade.isVoid { books[place(of: trade)]?.record(trade.fill) }
        var closed: [String: (quantity: Int64, gross: Int128, realized: Int128)] = [:]
        for (place, book) in books {
            let answer = try book.answer()
            let user = TradeScript.userId(place.user)
            rows.positions["\(user)|\(place.account)|NSE:\(TradeScript.symbolName(place.symbol))"] = Self.text(answer)
            for closure in answer.closures {
                rows.closures["\(user)|\(closure.exitTradeId)|\(closure.ordinal)"] = Self.text(closure)
                var sum = closed[closure.exitTradeId] ?? (0, 0, 0)
                sum.quantity += closure.quantity.units
                sum.gross += closure.grossPnl.units
                sum.realized += closure.grossPnl.units - closure.fees.units
                closed[closure.exitTradeId] = sum
            }
        }
        for trade in trades.values {
            let user = TradeScript.userId(trade.user)
            let sum = closed[trade.fill.tradeId].map { "\($0.quantity)|\($0.gross)|\($0.realized)" } ?? "-|-|-"
            rows.trades["\(user)|\(trade.fill.tradeId)"] = Self.text(trade) + "|" + sum
        }
        return rows
    }

    private static func text(_ answer: NaiveAnswer) -> String {
        let average = answer.averagePrice.map { "\($0.units)" } ?? "-"
        return "\(answer.quantity.units)|\(average)|\(answer.grossPnl.units)|\(answer.realizedPnl.units)|"
            + "\(answer.netPnl.units)|\(answer.fees.units)|\(answer.openFees.units)"
    }

    private static func text(_ trade: Trade) -> String {
        "\(trade.account)|\(TradeScript.symbolName(trade.symbol))|\(trade.fill.side == .buy ? "BUY" : "SELL")|"
            + "\(trade.fill.quantity.units)|\(trade.fill.price.units)|\(trade.fill.fees.units)|"
            + "\(trade.fill.executedAt.microseconds)|\(trade.isVoid ? "t" : "f")"
    }

    private static func text(_ closure: NaiveClosure) -> String {
        "\(closure.entryTradeId)|\(closure.isShort ? "SHORT" : "LONG")|\(closure.quantity.units)|"
            + "\(closure.entryPrice.units)|\(closure.exitPrice.units)|\(closure.entryAt.microseconds)|"
            + "\(closure.exitAt.microseconds)|\(closure.grossPnl.units)|\(closure.fees.units)|"
            + "\(closure.grossPnl.units - closure.fees.units)"
    }
}
