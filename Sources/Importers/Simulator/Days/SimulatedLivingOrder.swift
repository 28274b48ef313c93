import Domain

/// An order on its way, of `SimulatedDays`.
struct SimulatedLivingOrder {
    enum Stage {
        case placed, waiting, open
    }

    enum Style: Int {
        case market, limit, stopLoss, stopLossMarket

        var code: StaticString {
            switch self {
            case .market: "MARKET"
            case .limit: "LIMIT"
            case .stopLoss: "SL"
            case .stopLossMarket: "SL-M"
            }
        }
        var hasLimit: Bool { self == .limit || self == .stopLoss }
        var hasTrigger: Bool { self == .stopLoss || self == .stopLossMarket }
    }

    let number: Int
    /// Orders are good for the day.
    let day: CivilDate
    let user: Int
    let habit: SimulatedHabit
    let market: Int
    let isBuy: Bool
    let quantity: Int64
    let style: Style
    var limit: Int64
    /// Gives up a position that is held.
    let closes: Bool
    var isSquareOff = false
    let strategy: Int
    var stage = Stage.placed
    var filled: Int64 = 0
    /// Σ ticks × quantity of the fills.
    var filledTicks: Int64 = 0
    var retries = 0

    var remaining: Int64 { quantity - filled }

    /// The fills' average, cut to eight decimals.
    var averagePrice: Price {
        let units = Int128(filledTicks) * Int128(SimulatedInstrument.tickUnits) / Int128(max(1, filled))
        return Price(units: Int64(truncatingIfNeeded: units))
    }
}
