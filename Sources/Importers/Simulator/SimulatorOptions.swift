import Domain

/// What the simulator makes. The same options give the same bytes.
public struct SimulatorOptions: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// Executions only.
        case trades
        /// Ticks only.
        case market
        /// Orders from placing to their end, their executions included.
        case orders
        /// Orders, executions and ticks.
        case mixed
        /// Whole trading days: every topic that producers write.
        case days
    }

    public var events: Int
    public var users: Int
    public var symbols: Int
    public var seed: UInt64
    public var kind: Kind
    public var disorder: SimulatedDisorder
    /// Of kind `days`: ticks in a thousand events while an exchange is open.
    public var ticksPerMille: Int
    /// The first trading day.
    public var firstDay: CivilDate
    /// Trading days that the events are spread over.
    public var days: Int

    /// 5 January 2026, a Monday.
    public static let defaultFirstDay = CivilDate(dayNumber: 20_458)

    public init(
        events: Int, users: Int = 1_000, symbols: Int = 50, seed: UInt64 = 1, kind: Kind = .mixed,
        duplicatesPerMille: Int = 0, outOfOrderPerMille: Int = 0, latePerMille: Int = 0, misplacedPerMille: Int = 0,
        ticksPerMille: Int = 600,
        firstDay: CivilDate = SimulatorOptions.defaultFirstDay, days: Int = 5
    ) {
        self.events = events
        self.users = users
        self.symbols = symbols
        self.seed = seed
        self.kind = kind
        disorder = SimulatedDisorder(
            duplicatesPerMille: duplicatesPerMille, outOfOrderPerMille: outOfOrderPerMille,
            latePerMille: latePerMille, misplacedPerMille: misplacedPerMille)
        self.ticksPerMille = ticksPerMille
        self.firstDay = firstDay
        self.days = days
    }

    /// What is wrong with these options, nil when nothing is.
    public var fault: String? {
        let limits = ImportersLimits.self
        if events < 0 { return "events must be 0 or more" }
        if !(1...limits.maximumSimulatedUsers).contains(users) {
            return "users must be 1 to \(limits.maximumSimulatedUsers)"
        }
        if !(1...limits.maximumSimulatedSymbols).contains(symbols) {
            return "symbols must be 1 to \(limits.maximumSimulatedSymbols)"
        }
        if !disorder.isValid { return "duplicates, out-of-order, late and misplaced are per mille: 0 to 1000" }
        if !(0...1_000).contains(ticksPerMille) { return "ticks are per mille: 0 to 1000" }
        if !limits.simulatedYears.contains(firstDay.year) {
            return "the first day must lie in the years \(limits.simulatedYears.lowerBound) to "
                + "\(limits.simulatedYears.upperBound)"
        }
        if !(1...2_000).contains(days) { return "days must be 1 to 2000" }
        return nil
    }
}
