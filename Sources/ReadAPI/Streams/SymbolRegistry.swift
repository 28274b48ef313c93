import Synchronization

/// Numbers for symbols, the same on every loop. A symbol of the tape keeps its number; one that only clients name gives
/// it back when the last of them leaves, and such symbols fill half of the places at most, so that made-up names cannot
/// crowd out real ones.
final class SymbolRegistry: Sendable {
    fileprivate struct Entry {
        let index: Int
        var followers = 0
        var isOnTape = false
    }

    fileprivate struct State {
        var entries: [StreamSymbol: Entry] = [:]
        var free: [Int] = []
        var onTape = 0
        var named: Int { entries.count - onTape }

        /// The number of a symbol that is new here.
        mutating func add(_ symbol: StreamSymbol) -> Entry {
            // Every number below `entries.count + free.count` is either taken or free.
            let entry = Entry(index: free.popLast() ?? entries.count)
            entries[symbol] = entry
            return entry
        }
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int = StreamLimits.symbols) { self.limit = limit }

    /// The number of a symbol that the tape has a tick of. Nil beyond ``StreamLimits/symbols``.
    func tape(_ symbol: StreamSymbol) -> Int? {
        state.withLock { state in
            guard let known = state.entries[symbol], known.isOnTape else { return state.mark(symbol, limit) }
            return known.index
        }
    }

    /// The number of a symbol that a client follows, until ``unfollow(_:)``. Nil when there are too many that no tick has
    /// been seen of.
    func follow(_ symbol: StreamSymbol) -> Int? {
        state.withLock { state in
            guard state.entries[symbol] != nil || state.named < limit / 2 && state.entries.count < limit else {
                return nil
            }
            var entry = state.entries[symbol] ?? state.add(symbol)
            entry.followers += 1
            state.entries[symbol] = entry
            return entry.index
        }
    }

    /// A client has left a symbol, after its loop has forgotten it.
    func unfollow(_ symbol: StreamSymbol) {
        state.withLock { state in
            guard var entry = state.entries[symbol], entry.followers > 0 else { return }
            entry.followers -= 1
            state.entries[symbol] = entry
            guard entry.followers == 0, !entry.isOnTape else { return }
            state.entries[symbol] = nil
            state.free.append(entry.index)
        }
    }
}

extension SymbolRegistry.State {
    fileprivate mutating func mark(_ symbol: StreamSymbol, _ limit: Int) -> Int? {
        guard entries[symbol] != nil || entries.count < limit else { return nil }
        var entry = entries[symbol] ?? add(symbol)
        entry.isOnTape = true
        onTape += 1
        entries[symbol] = entry
        return entry.index
    }
}
