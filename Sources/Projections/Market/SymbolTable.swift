import Domain

/// The symbols in a fold's memory. Those of the latest ticks are found by a cheap hash and a comparison of short
/// texts, the others by the dictionary.
struct SymbolTable {
    private var all: [InstrumentKey: SymbolState] = [:]
    private var recent: [SymbolState?] = Array(repeating: nil, count: 1 << recentBits)

    private static let recentBits: UInt64 = 9

    var count: Int { all.count }
    var values: Dictionary<InstrumentKey, SymbolState>.Values { all.values }

    @inline(__always)
    mutating func find(exchange: String, symbol: String) -> SymbolState? {
        let place = Self.place(symbol)
        if let known = recent[place], known.key.symbol == symbol, known.key.exchange == exchange { return known }
        return look(InstrumentKey(exchange: exchange, symbol: symbol), place)
    }

    func find(_ key: InstrumentKey) -> SymbolState? { all[key] }

    @inline(never)
    private mutating func look(_ key: InstrumentKey, _ place: Int) -> SymbolState? {
        guard let known = all[key] else { return nil }
        recent[place] = known
        return known
    }

    mutating func insert(_ state: SymbolState) {
        all[state.key] = state
        recent[Self.place(state.key.symbol)] = state
    }

    mutating func keep(_ isKept: (SymbolState) -> Bool) {
        all = all.filter { isKept($0.value) }
        forgetRecent()
    }

    mutating func removeAll() {
        all = [:]
        forgetRecent()
    }

    private mutating func forgetRecent() {
        for index in recent.indices { recent[index] = nil }
    }

    @inline(__always)
    private static func place(_ symbol: String) -> Int {
        Int(truncatingIfNeeded: EventHash.of(symbol) &>> (64 &- recentBits))
    }
}
