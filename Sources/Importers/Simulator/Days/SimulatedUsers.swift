/// What the simulator keeps of users: their habits and what they hold.
struct SimulatedUsers {
    struct Holding {
        let market: Int
        /// Negative for a short position.
        var quantity: Int64
    }

    let names: [String]
    private let byHabit: [[Int32]]
    /// Habits that this market and these users allow, with their activity.
    private let active: [(habit: SimulatedHabit, weight: Int)]
    private var holdings: [Int: [Holding]] = [:]
    private var funded: [Bool]
    /// Day traders in the order in which they opened positions, for the square-off before the close.
    private var exposed: [Int] = []
    /// What an investor may buy.
    let shares: [Int]

    init(_ count: Int, _ listings: [SimulatedListing]) {
        names = (1...count).map(Simulator.userName)
        var groups = Array(repeating: [Int32](), count: SimulatedHabit.allCases.count)
        for user in 0..<count { groups[SimulatedHabit(user: user).rawValue].append(Int32(user)) }
        byHabit = groups
        let kinds = Set(listings.map(\.kind))
        active = SimulatedHabit.allCases.compactMap { habit in
            guard !groups[habit.rawValue].isEmpty, habit.kinds.contains(where: kinds.contains) else { return nil }
            return (habit, habit.activity)
        }
        funded = Array(repeating: false, count: count)
        shares = listings.indices.filter { listings[$0].isEquity }
    }

    /// Someone who may act now, the first of each habit oftener; nil where nobody fits.
    func anyone(
        _ random: inout RandomSource, where fits: (SimulatedHabit) -> Bool = { _ in true }
    ) -> (user: Int, habit: SimulatedHabit)? {
        var total = 0
        for entry in active where fits(entry.habit) { total += entry.weight }
        guard total > 0 else { return nil }
        var rest = random.below(total)
        for entry in active where fits(entry.habit) {
            if rest < entry.weight {
                let group = byHabit[entry.habit.rawValue]
                return (Int(group[random.below(group.count) * random.below(group.count) / group.count]), entry.habit)
            }
            rest -= entry.weight
        }
        return nil
    }

    func anyUser(_ random: inout RandomSource) -> Int { random.below(names.count) }

    /// True the first time, when money has to come in before anything is bought.
    mutating func needsFunds(_ user: Int) -> Bool {
        defer { funded[user] = true }
        return !funded[user]
    }

    /// Takes one of the user's positions out, so that no second order closes it too.
    mutating func takeHolding(_ user: Int, _ random: inout RandomSource) -> Holding? {
        guard var held = holdings[user], !held.isEmpty else { return nil }
        let taken = held.remove(at: random.below(held.count))
        holdings[user] = held.isEmpty ? nil : held
        return taken
    }

    func holds(_ user: Int) -> Bool { holdings[user] != nil }

    mutating func add(_ holding: Holding, to user: Int, isIntraday: Bool) {
        guard holding.quantity != 0 else { return }
        var held = holdings[user] ?? []
        if let place = held.firstIndex(where: { $0.market == holding.market }) {
            held[place].quantity += holding.quantity
            if held[place].quantity == 0 { held.remove(at: place) }
        } else {
            // What a user holds beyond the limit is kept for good.
            if held.count == ImportersLimits.maximumSimulatedHoldings { held.removeFirst() }
            held.append(holding)
        }
        holdings[user] = held.isEmpty ? nil : held
        if isIntraday { exposed.append(user) }
    }

    /// A day trader who still holds something.
    mutating func nextExposed() -> Int? {
        while let user = exposed.popLast() {
            if holds(user) { return user }
        }
        return nil
    }
}

extension SimulatedHabit {
    var kinds: [SimulatedListing.Kind] {
        switch self {
        case .dayTrader, .swing, .investor: [.equity]
        case .derivatives: [.future, .call, .put]
        case .commodities: [.commodity]
        }
    }
}
