/// What the statistics ask of one closed trade.
public struct ClosedTradeFacts: Hashable, Sendable {
    /// The exchange's day on which it was closed.
    public var day: CivilDate
    /// The hour of the exchange's clock at which it was closed, 0 … 23.
    public var hour: Int
    public var instrument: InstrumentKey
    public var category: String?
    public var strategy: String?
    /// Before fees.
    public var grossPnl: Amount
    /// `grossPnl` − the fees of the closed quantity.
    public var realizedPnl: Amount

    public init(
        day: CivilDate, hour: Int, instrument: InstrumentKey, category: String?, strategy: String?, grossPnl: Amount,
        realizedPnl: Amount
    ) {
        self.day = day
        self.hour = hour
        self.instrument = instrument
        self.category = category
        self.strategy = strategy
        self.grossPnl = grossPnl
        self.realizedPnl = realizedPnl
    }
}

extension TradingSums {
    /// Of one closed trade alone: no execution, no fees charged.
    public init(closed: ClosedTradeFacts) {
        self.init()
        add(closed: closed.realizedPnl)
        grossPnl = closed.grossPnl
    }

    /// The fees of the closed quantity, of entry and exit: `grossPnl` − `realizedPnl`.
    public var closedFees: Amount { Amount(units: grossPnl.units - realizedPnl.units) }
}
