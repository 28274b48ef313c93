/// How a simulated user trades.
enum SimulatedHabit: Int, CaseIterable {
    /// In and out within the day, both ways, on margin.
    case dayTrader
    /// Buys with limits, holds for days, sells what is held.
    case swing
    /// Futures and options in lots, short as often as long.
    case derivatives
    /// Buys one share again and again for years and never sells.
    case investor
    /// Commodity futures, into the evening.
    case commodities

    /// Of a thousand users, how many have the habit.
    private var share: UInt64 {
        switch self {
        case .dayTrader: 150
        case .swing: 270
        case .derivatives: 150
        case .investor: 350
        case .commodities: 80
        }
    }

    /// How often an order is one of theirs, beside the others' figures.
    var activity: Int {
        switch self {
        case .dayTrader: 500
        case .swing: 160
        case .derivatives: 250
        case .investor: 30
        case .commodities: 60
        }
    }

    var product: StaticString {
        switch self {
        case .dayTrader: "MIS"
        case .swing, .investor: "CNC"
        case .derivatives, .commodities: "NRML"
        }
    }

    var category: StaticString {
        switch self {
        case .dayTrader: "intraday"
        case .swing: "swing"
        case .derivatives: "derivatives"
        case .investor: "investment"
        case .commodities: "commodities"
        }
    }

    var strategies: [StaticString] {
        switch self {
        case .dayTrader: ["momentum", "breakout", "mean-reversion"]
        case .swing: ["trend", "pullback"]
        case .derivatives: ["momentum", "hedge", "premium-selling"]
        case .investor: ["sip"]
        case .commodities: ["trend", "spread"]
        }
    }

    /// Rupees that an order is worth, about.
    var orderRupees: ClosedRange<Int> {
        switch self {
        case .dayTrader: 20_000...300_000
        case .swing: 10_000...150_000
        case .investor: 1_000...10_000
        case .derivatives, .commodities: 1...1
        }
    }

    /// Orders may begin with a sale.
    var sellsShort: Bool { self == .dayTrader || self == .derivatives || self == .commodities }

    /// A user's habit follows from the number alone, whatever the number of users.
    init(user: Int) {
        var mixed = UInt64(truncatingIfNeeded: user) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 29) &* 0xBF58_476D_1CE4_E5B9
        var rest = (mixed ^ mixed >> 32) % 1_000
        for habit in Self.allCases {
            if rest < habit.share {
                self = habit
                return
            }
            rest -= habit.share
        }
        self = .swing
    }
}
