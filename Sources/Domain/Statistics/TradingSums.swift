/// What a user's executions of some period add up to: of a day as it is stored, of a week, of a symbol.
///
/// Exact, and a group under addition: sums of two periods add up to the sums of both, and one execution can be taken out
/// again, whatever the order. Everything that depends on an order (streaks, drawdowns) is not in here.
public struct TradingSums: Hashable, Sendable {
    /// Executions that are not void.
    public var executions: Int64 = 0
    /// Charged by these executions, whatever they opened or closed.
    public var fees = Amount.zero
    /// Closed trades with a realised P&L above zero.
    public var winningTrades: Int64 = 0
    /// Closed trades with a realised P&L below zero.
    public var losingTrades: Int64 = 0
    /// Closed trades with a realised P&L of exactly zero.
    public var breakEvenTrades: Int64 = 0
    /// Σ (exit − entry) × quantity × sign × multiplier of the closed trades, before fees.
    public var grossPnl = Amount.zero
    /// Σ realised P&L of the winning trades.
    public var grossProfit = Amount.zero
    /// Σ realised P&L of the losing trades; zero or below.
    public var grossLoss = Amount.zero
    /// Σ (closed − opened) of the closed trades, in microseconds.
    public var heldMicroseconds: Int128 = 0

    public init() {}

    /// Of one execution and what it closed.
    public init(fees: Amount, closed: ClosedTrade?) {
        executions = 1
        self.fees = fees
        guard let closed else { return }
        add(closed: closed.realizedPnl)
        grossPnl = closed.grossPnl
        heldMicroseconds = Int128(closed.heldMicroseconds)
    }

    mutating func add(closed realizedPnl: Amount) {
        if realizedPnl.isPositive {
            winningTrades = 1
            grossProfit = realizedPnl
        } else if realizedPnl.isNegative {
            losingTrades = 1
            grossLoss = realizedPnl
        } else {
            breakEvenTrades = 1
        }
    }

    /// Closed trades: winning, losing and break-even ones.
    public var totalTrades: Int64 { winningTrades + losingTrades + breakEvenTrades }

    /// Σ realised P&L of the closed trades: `grossProfit` + `grossLoss`.
    public var realizedPnl: Amount { Amount(units: grossProfit.units + grossLoss.units) }

    /// Σ gross P&L of what was closed − all fees charged. Over all time it is realised P&L − the fees on open lots.
    public var netPnl: Amount { Amount(units: grossPnl.units - fees.units) }

    /// Nothing happened, or all of it was taken out again.
    public var isEmpty: Bool { self == TradingSums() }

    /// - Throws: `.outOfRange`; the sums are then as they were.
    public mutating func add(_ other: TradingSums) throws(NumberError) {
        var sum = self
        sum.fees = try fees + other.fees
        sum.grossPnl = try grossPnl + other.grossPnl
        sum.grossProfit = try grossProfit + other.grossProfit
        sum.grossLoss = try grossLoss + other.grossLoss
        // What is derived from the sums must have its place too.
        _ = try sum.grossProfit + sum.grossLoss
        _ = try sum.grossPnl - sum.fees
        sum.executions += other.executions
        sum.winningTrades += other.winningTrades
        sum.losingTrades += other.losingTrades
        sum.breakEvenTrades += other.breakEvenTrades
        sum.heldMicroseconds += other.heldMicroseconds
        self = sum
    }

    /// Takes out what was added before.
    /// - Throws: `.outOfRange`; the sums are then as they were.
    public mutating func subtract(_ other: TradingSums) throws(NumberError) { try add(other.negated) }

    private var negated: TradingSums {
        var result = TradingSums()
        result.executions = -executions
        result.fees = -fees
        result.winningTrades = -winningTrades
        result.losingTrades = -losingTrades
        result.breakEvenTrades = -breakEvenTrades
        result.grossPnl = -grossPnl
        result.grossProfit = -grossProfit
        result.grossLoss = -grossLoss
        result.heldMicroseconds = -heldMicroseconds
        return result
    }
}
