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
    }

    public var events: Int
    public var users: Int
    public var symbols: Int
    public var seed: UInt64
    public var kind: Kind
    /// Events in a thousand that are sent a second time, a little later.
    public var duplicatesPerMille: Int
    /// Events in a thousand that arrive after events that happened after them.
    public var outOfOrderPerMille: Int
    /// The first trading day.
    public var firstDay: CivilDate
    /// Trading days that the events are spread over.
    public var days: Int

    /// 5 January 2026, a Monday.
    public static let defaultFirstDay = CivilDate(dayNumber: 20_458)

    public init(
        events: Int, users: Int = 1_000, symbols: Int = 50, seed: UInt64 = 1, kind: Kind = .mixed,
        duplicatesPerMille: Int = 0, outOfOrderPerMille: Int = 0,
        firstDay: CivilDate = SimulatorOptions.defaultFirstDay, days: Int = 5
    ) {
        self.events = events
        self.users = users
        self.symbols = symbols
        self.seed = seed
        self.kind = kind
        self.duplicatesPerMille = duplicatesPerMille
        self.outOfOrderPerMille = outOfOrderPerMille
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
        if !(0...1_000).contains(duplicatesPerMille) || !(0...1_000).contains(outOfOrderPerMille) {
            return "duplicates and out-of-order are per mille: 0 to 1000"
        }
        if !(1...2_000).contains(days) { return "days must be 1 to 2000" }
        return nil
    }
}
