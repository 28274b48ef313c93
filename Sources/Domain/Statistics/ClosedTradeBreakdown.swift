/// Everything about closed trades that takes one pass over them: streaks, extremes, and sums by what they have in common.
public struct ClosedTradeBreakdown: Hashable, Sendable {
    public private(set) var streaks = Streaks()
    /// The largest realised P&L above zero.
    public private(set) var largestWin: Amount?
    /// The lowest realised P&L below zero.
    public private(set) var largestLoss: Amount?
    public private(set) var bySymbol: [InstrumentKey: TradingSums] = [:]
    /// Of trades without a category under nil.
    public private(set) var byCategory: [ExactText?: TradingSums] = [:]
    public private(set) var byStrategy: [ExactText?: TradingSums] = [:]
    /// By hour of the exchange's clock.
    public private(set) var byHour: [Int: TradingSums] = [:]
    public private(set) var byWeekday: [Weekday: TradingSums] = [:]
    /// By the first day of the month.
    public private(set) var byMonth: [CivilDate: TradingSums] = [:]

    public init() {}

    /// Takes the next trade, in the order in which they were closed: by (closedAt, tradeId).
    /// - Throws: `.outOfRange`.
    public mutating func add(_ trade: ClosedTradeFacts) throws(NumberError) {
        let pnl = trade.realizedPnl
        streaks.add(realizedPnl: pnl)
        if pnl.isPositive { largestWin = max(largestWin ?? pnl, pnl) }
        if pnl.isNegative { largestLoss = min(largestLoss ?? pnl, pnl) }
        let sums = TradingSums(closed: trade)
        try bySymbol[trade.instrument, default: TradingSums()].add(sums)
        try byCategory[trade.category.map(ExactText.init(_:)), default: TradingSums()].add(sums)
        try byStrategy[trade.strategy.map(ExactText.init(_:)), default: TradingSums()].add(sums)
        try byHour[trade.hour, default: TradingSums()].add(sums)
        try byWeekday[trade.day.weekday, default: TradingSums()].add(sums)
        try byMonth[Granularity.month.start(of: trade.day), default: TradingSums()].add(sums)
    }

    /// The symbols with the highest realised P&L first; of equal ones the one whose name comes first.
    public func bestSymbols(_ count: Int) -> [(symbol: InstrumentKey, sums: TradingSums)] {
        ranked { $0.realizedPnl > $1.realizedPnl }.prefix(count).map { ($0.key, $0.value) }
    }

    /// The symbols with the lowest realised P&L first; of equal ones the one whose name comes first.
    public func worstSymbols(_ count: Int) -> [(symbol: InstrumentKey, sums: TradingSums)] {
        ranked { $0.realizedPnl < $1.realizedPnl }.prefix(count).map { ($0.key, $0.value) }
    }

    private func ranked(
        by isBefore: (TradingSums, TradingSums) -> Bool
    ) -> [(key: InstrumentKey, value: TradingSums)] {
        bySymbol.sorted { left, right in
            left.value.realizedPnl == right.value.realizedPnl
                ? left.key < right.key : isBefore(left.value, right.value)
        }
    }
}
