import Domain
import Events

/// The accounts of a user's ledger in one currency.
enum CashAccount: String, CaseIterable {
    /// What the user has.
    case cash
    /// The world that deposits come from and withdrawals go to.
    case external
    /// What was paid for executions, less what was received for them.
    case trading
    /// The fees of executions.
    case fees
    /// Charges, less refunds.
    case charges
}

/// What gave rise to entries.
enum CashEntryKind: String {
    case deposit
    case withdrawal
    case charge
    case refund
    case buy
    case sell
    /// Takes back the entries before it, line by line.
    case reversal
}

/// Entries that belong together: a debit for each credit, so that they sum to zero.
struct EntrySet: Equatable {
    struct Line: Equatable {
        let account: CashAccount
        let amount: Amount
    }

    let kind: CashEntryKind
    /// Without lines of zero.
    let lines: [Line]

    /// - Parameter others: what moves on other accounts; cash moves by the opposite of their sum.
    /// - Throws: `.outOfRange`.
    private init(_ kind: CashEntryKind, _ others: [Line]) throws(NumberError) {
        var cash = Amount.zero
        for line in others { try cash -= line.amount }
        self.init(kind: kind, lines: ([Line(account: .cash, amount: cash)] + others).filter { !$0.amount.isZero })
    }

    private init(kind: CashEntryKind, lines: [Line]) {
        self.kind = kind
        self.lines = lines
    }

    init(_ payment: PaymentReceived) throws(NumberError) {
        let amount = Amount(payment.amount)
        switch payment.kind {
        case .deposit: try self.init(.deposit, [Line(account: .external, amount: -amount)])
        case .withdrawal: try self.init(.withdrawal, [Line(account: .external, amount: amount)])
        case .charge: try self.init(.charge, [Line(account: .charges, amount: amount)])
        case .refund: try self.init(.refund, [Line(account: .charges, amount: -amount)])
        }
    }

    /// Value = price × quantity × multiplier, rounded half-even once to scale 8.
    init(_ trade: BookedTrade) throws(NumberError) {
        let value = try Amount.product(
            priceDifference: trade.price, quantity: trade.quantity, multiplier: trade.multiplier)
        let isBuy = trade.side == .buy
        try self.init(
            isBuy ? .buy : .sell,
            [
                Line(account: .trading, amount: isBuy ? value : -value),
                Line(account: .fees, amount: Amount(trade.fees)),
            ])
    }

    var reversed: EntrySet {
        EntrySet(kind: .reversal, lines: lines.map { Line(account: $0.account, amount: -$0.amount) })
    }
}

/// What of an execution moves cash, amendments applied.
struct BookedTrade: Equatable {
    var side: Side
    var quantity: Quantity
    var price: Price
    var multiplier: Fixed8
    var fees: Fixed8
    /// `EXCHANGE:SYMBOL`.
    var instrument: String

    init(_ trade: TradeExecuted) {
        side = trade.side
        quantity = trade.quantity
        price = trade.price
        multiplier = trade.multiplier
        fees = trade.fees
        instrument = InstrumentKey(exchange: trade.exchange, symbol: trade.symbol).description
    }

    init(
        side: Side, quantity: Quantity, price: Price, multiplier: Fixed8, fees: Fixed8, instrument: String
    ) {
        self.side = side
        self.quantity = quantity
        self.price = price
        self.multiplier = multiplier
        self.fees = fees
        self.instrument = instrument
    }

    mutating func amend(_ values: TradeAmendment.Values) {
        side = values.side ?? side
        quantity = values.quantity ?? quantity
        price = values.price ?? price
        multiplier = values.multiplier ?? multiplier
        fees = values.fees ?? fees
        guard values.symbol != nil || values.exchange != nil,
            let known = InstrumentKey(parsing: instrument)
        else { return }
        let amended = InstrumentKey(exchange: values.exchange ?? known.exchange, symbol: values.symbol ?? known.symbol)
        instrument = amended.description
    }
}
