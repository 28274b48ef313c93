import Domain
import Events

/// The oracle for view `cash`: keeps all facts and writes the whole ledger from them in the plainest way.
public struct NaiveCash {
    private struct Trade {
        var executed: TradeExecuted
        var corrections: [(body: TradeCorrected, time: Timestamp)] = []
    }

    /// Rows of table `cash_entries` with these columns.
    public private(set) var entries: Set<PresentedRow> = []
    /// By user and currency, then account, `held` among them. Accounts of zero are there too.
    public private(set) var balances: [[String]: [String: Amount]] = [:]

    public init(_ events: some Sequence<DecodedEvent>) throws {
        var seen: Set<[String]> = []
        var trades: [[String]: TradeExecuted] = [:]
        var corrections: [[String]: [(body: TradeCorrected, time: Timestamp)]] = [:]
        var pending: [[String]: PaymentReceived] = [:]
        var concluded: Set<[String]> = []
        for event in events {
            switch event.payload {
            case .paymentReceived(let payment):
                let key = [payment.userId, payment.paymentId]
                let isPending = payment.status == .pending
                guard seen.insert(["p", isPending ? "pending" : "final"] + key).inserted else { continue }
                touch(payment.userId, payment.currency)
                if isPending { pending[key] = payment } else { concluded.insert(key) }
                if payment.status == .completed { try book(payment, at: event.envelope.time) }
            case .tradeExecuted(let trade):
                let key = [trade.userId, trade.tradeId]
                guard seen.insert(["t"] + key).inserted else { continue }
                touch(trade.userId, "INR")
                trades[key] = trade
            case .tradeCorrected(let body):
                guard seen.insert(["c", event.envelope.source, event.envelope.id, body.userId]).inserted else {
                    continue
                }
                touch(body.userId, "INR")
                corrections[[body.userId, body.tradeId], default: []].append((body, event.envelope.time))
            default: break
            }
        }
        for (key, trade) in trades { try book(Trade(executed: trade, corrections: corrections[key] ?? [])) }
        for (key, payment) in pending where !concluded.contains(key) {
            guard payment.kind == .withdrawal || payment.kind == .charge else { continue }
            try add(payment.userId, payment.currency, "held", Amount(payment.amount))
        }
    }

    private mutating func touch(_ user: String, _ currency: String) {
        for account in ["cash", "external", "trading", "fees", "charges", "held"] {
            balances[[user, currency], default: [:]][account, default: .zero] =
                balances[[user, currency]]?[account] ?? .zero
        }
    }

    private mutating func add(_ user: String, _ currency: String, _ account: String, _ amount: Amount) throws {
        let sum = balances[[user, currency], default: [:]][account] ?? .zero
        balances[[user, currency], default: [:]][account] = try sum + amount
    }

    private mutating func book(_ payment: PaymentReceived, at time: Timestamp) throws {
        let amount = Amount(payment.amount)
        let (account, cash): (String, Amount) =
            switch payment.kind {
            case .deposit: ("external", amount)
            case .withdrawal: ("external", -amount)
            case .charge: ("charges", -amount)
            case .refund: ("charges", amount)
            }
        try post(
            payment.userId, payment.currency, "payment", payment.paymentId, 0, payment.kind.rawValue, time, nil,
            [("cash", cash), (account, -cash)])
    }

    private mutating func book(_ trade: Trade) throws {
        var ordinal = 0
        var now = trade.executed
        try post(now, &ordinal, now.executedAt, isReversal: false)
        for (body, time) in trade.corrections {
            let before = now
            let values = body.amendment.values
            if body.action == .amend {
                now.side = values.side ?? now.side
                now.quantity = values.quantity ?? now.quantity
                now.price = values.price ?? now.price
                now.multiplier = values.multiplier ?? now.multiplier
                now.fees = values.fees ?? now.fees
                now.exchange = values.exchange ?? now.exchange
                now.symbol = values.symbol ?? now.symbol
                guard try lines(before).map(\.1) != lines(now).map(\.1) || before.side != now.side else { continue }
            }
            try post(before, &ordinal, time, isReversal: true)
            guard body.action == .amend else { return }
            try post(now, &ordinal, time, isReversal: false)
        }
    }

    private func lines(_ trade: TradeExecuted) throws -> [(String, Amount)] {
        let value = try Amount.product(
            priceDifference: trade.price, quantity: trade.quantity, multiplier: trade.multiplier)
        let trading = trade.side == .buy ? value : -value
        return [("cash", try -trading - Amount(trade.fees)), ("trading", trading), ("fees", Amount(trade.fees))]
    }

    private mutating func post(
        _ trade: TradeExecuted, _ ordinal: inout Int, _ time: Timestamp, isReversal: Bool
    ) throws {
        let lines = try lines(trade).map { ($0.0, isReversal ? -$0.1 : $0.1) }
        try post(
            trade.userId, "INR", "trade", trade.tradeId, ordinal,
            isReversal ? "reversal" : trade.side == .buy ? "buy" : "sell", time, "\(trade.exchange):\(trade.symbol)",
            lines)
        ordinal += 1
    }

    private mutating func post(
        _ user: String, _ currency: String, _ kind: String, _ reference: String, _ ordinal: Int, _ entry: String,
        _ time: Timestamp, _ instrument: String?, _ lines: [(String, Amount)]
    ) throws {
        for (account, amount) in lines where !amount.isZero {
            try add(user, currency, account, amount)
            var row: PresentedRow = [
                "user_id": user, "kind": kind, "reference": reference, "ordinal": "\(ordinal)", "account": account,
                "currency": currency, "entry": entry, "amount": amount.description, "booked_at": time.description,
            ]
            row["instrument"] = instrument
            entries.insert(row)
        }
    }
}
