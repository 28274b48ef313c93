import Domain
import Events

/// The oracle for view `positions`: keeps executions and corrections as they came and works out every row from them.
///
/// It shares nothing with the fold but the number types. Conflicting identities and books that overflow are none of
/// its business.
public struct NaivePositions {
    /// The columns that the oracle knows, of table `trades`.
    public static let tradeColumns: Set<String> = [
        "user_id", "trade_id", "account", "instrument", "exchange", "symbol", "side", "quantity_e8", "price_e8", "fees",
        "multiplier_e8", "executed_at", "voided", "notes", "closed_quantity_e8", "opened_at", "gross_pnl",
        "closed_fees", "realized_pnl",
    ]
    /// The columns that the oracle knows, of table `lot_closures`.
    public static let closureColumns: Set<String> = [
        "user_id", "exit_trade_id", "ordinal", "entry_trade_id", "quantity_e8", "entry_price_e8", "entry_at",
        "is_short",
        "gross_pnl", "fees", "realized_pnl",
    ]
    /// The columns that the oracle knows, of table `positions`.
    public static let positionColumns: Set<String> = [
        "user_id", "account", "instrument", "exchange", "symbol", "quantity_e8", "average_price_e8", "gross_pnl",
        "fees",
        "open_fees", "fill_count", "updated_at",
    ]

    private struct Execution {
        var trade: TradeExecuted
        var isVoid = false

        var book: [String] {
            [trade.userId, trade.account, NaivePositions.instrument(trade)]
        }
    }

    var executions: [[String]: (trade: TradeExecuted, time: Timestamp)] = [:]
    var corrections: [[String]: [(body: TradeCorrected, time: Timestamp)]] = [:]
    private var seenCorrections: Set<[String]> = []

    public init(_ events: some Sequence<DecodedEvent>) {
        for event in events {
            switch event.payload {
            case .tradeExecuted(let trade):
                let key = [trade.userId, trade.tradeId]
                if executions[key] == nil { executions[key] = (trade, event.envelope.time) }
            case .tradeCorrected(let body):
                guard seenCorrections.insert([event.envelope.source, event.envelope.id, body.userId]).inserted else {
                    continue
                }
                corrections[[body.userId, body.tradeId], default: []].append((body, event.envelope.time))
            default: break
            }
        }
    }

    public struct Rows {
        public var trades: Set<PresentedRow> = []
        public var closures: Set<PresentedRow> = []
        public var positions: Set<PresentedRow> = []
    }

    /// All rows, with the columns that people see.
    public func rows() throws -> Rows {
        var rows = Rows()
        var books: [[String]: [Execution]] = [:]
        var updated: [[String]: Timestamp] = [:]
        for (key, first) in executions {
            var execution = Execution(trade: first.trade)
            func touch(at time: Timestamp) { updated[execution.book] = max(updated[execution.book] ?? time, time) }
            touch(at: first.time)
            for correction in corrections[key] ?? [] {
                touch(at: correction.time)
                if correction.body.action == .void {
                    execution.isVoid = true
                } else {
                    Self.amend(&execution.trade, correction.body.amendment.values)
                }
                touch(at: correction.time)
            }
            books[execution.book, default: []].append(execution)
        }
        for (key, time) in updated { try add(key, books[key] ?? [], updated: time, to: &rows) }
        return rows
    }

    /// A share's ISIN is the instrument; that of a contract is the share's that it is about.
    static func instrument(_ trade: TradeExecuted) -> String {
        let isContract = ["NFO", "MCX"].contains(trade.exchange) || trade.details?.segment == "FO"
        guard let isin = trade.isin, !isContract else { return "\(trade.exchange):\(trade.symbol)" }
        return isin
    }

    static func amend(_ trade: inout TradeExecuted, _ values: TradeAmendment.Values) {
        if let symbol = values.symbol { trade.symbol = symbol }
        if let exchange = values.exchange { trade.exchange = exchange }
        if let side = values.side { trade.side = side }
        if let quantity = values.quantity { trade.quantity = quantity }
        if let price = values.price { trade.price = price }
        if let executedAt = values.executedAt { trade.executedAt = executedAt }
        if let fees = values.fees { trade.fees = fees }
        if let account = values.account { trade.account = account }
        if let isin = values.isin { trade.isin = isin }
        if let multiplier = values.multiplier { trade.multiplier = multiplier }
        trade.details = EventDetails(
            segment: values.segment ?? trade.details?.segment, notes: values.notes ?? trade.details?.notes)
    }

    private func add(
        _ key: [String], _ executions: [Execution], updated: Timestamp, to rows: inout Rows
    ) throws {
        var book = NaiveBook()
        for execution in executions where !execution.isVoid { book.record(Self.fill(execution.trade)) }
        let answer = try book.answer()
        let byExit = Dictionary(grouping: answer.closures, by: \.exitTradeId)
        for execution in executions {
            let trade = execution.trade
            let closures = execution.isVoid ? [] : byExit[trade.tradeId] ?? []
            rows.trades.insert(Self.row(execution, instrument: key[2], closures))
            for closure in closures { rows.closures.insert(Self.row(closure, user: key[0])) }
        }
        let all = executions.map(\.trade).sorted(by: Self.isBefore)
        let shown = executions.filter { !$0.isVoid }.map(\.trade).max(by: Self.isBefore) ?? all.last
        var row: PresentedRow = [
            "user_id": key[0], "account": key[1], "instrument": key[2], "exchange": shown?.exchange ?? "",
            "symbol": shown?.symbol ?? key[2], "quantity_e8": "\(answer.quantity)", "gross_pnl": "\(answer.grossPnl)",
            "fees": "\(answer.fees)", "open_fees": "\(answer.openFees)", "fill_count": "\(answer.fillCount)",
            "updated_at": "\(updated)",
        ]
        row["average_price_e8"] = answer.averagePrice?.description
        rows.positions.insert(row)
    }

    private static func isBefore(_ left: TradeExecuted, _ right: TradeExecuted) -> Bool {
        if left.executedAt != right.executedAt { return left.executedAt < right.executedAt }
        return Array(left.tradeId.utf8).lexicographicallyPrecedes(Array(right.tradeId.utf8))
    }

    static func fill(_ trade: TradeExecuted) -> Fill {
        Fill(
            tradeId: trade.tradeId, executedAt: trade.executedAt, side: trade.side, quantity: trade.quantity,
            price: trade.price, fees: Amount(trade.fees), multiplier: trade.multiplier)
    }

    private static func row(
        _ execution: Execution, instrument: String, _ closures: [NaiveClosure]
    ) -> PresentedRow {
        let trade = execution.trade
        var row: PresentedRow = [
            "user_id": trade.userId, "trade_id": trade.tradeId, "account": trade.account, "instrument": instrument,
            "exchange": trade.exchange, "symbol": trade.symbol, "side": trade.side == .buy ? "1" : "-1",
            "quantity_e8": "\(trade.quantity)", "price_e8": "\(trade.price)", "fees": "\(trade.fees)",
            "multiplier_e8": "\(trade.multiplier)", "executed_at": "\(trade.executedAt)",
            "voided": "\(execution.isVoid)",
        ]
        row["notes"] = trade.details?.notes
        guard let first = closures.first else { return row }
        let gross = closures.reduce(Int128(0)) { $0 + $1.grossPnl.units }
        let fees = closures.reduce(Int128(0)) { $0 + $1.fees.units }
        row["closed_quantity_e8"] = "\(Quantity(units: closures.reduce(0) { $0 + $1.quantity.units }))"
        row["opened_at"] = "\(first.entryAt)"
        row["gross_pnl"] = "\(Amount(units: gross))"
        row["closed_fees"] = "\(Amount(units: fees))"
        row["realized_pnl"] = "\(Amount(units: gross - fees))"
        return row
    }

    private static func row(_ closure: NaiveClosure, user: String) -> PresentedRow {
        [
            "user_id": user, "exit_trade_id": closure.exitTradeId, "ordinal": "\(closure.ordinal)",
            "entry_trade_id": closure.entryTradeId, "quantity_e8": "\(closure.quantity)",
            "entry_price_e8": "\(closure.entryPrice)", "entry_at": "\(closure.entryAt)",
            "is_short": "\(closure.isShort)", "gross_pnl": "\(closure.grossPnl)", "fees": "\(closure.fees)",
            "realized_pnl": "\(Amount(units: closure.grossPnl.units - closure.fees.units))",
        ]
    }
}
