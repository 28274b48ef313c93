import Events

/// The places of a batch's executions, in the batch's order: taken one by one as the batch folds.
struct WarmTrades {
    private var places: [(offset: Int64, place: TradeHashes, isBuy: Bool)] = []
    private var next = 0

    mutating func removeAll() {
        places.removeAll(keepingCapacity: true)
        next = 0
    }

    mutating func append(_ place: TradeHashes, offset: Int64, isBuy: Bool) { places.append((offset, place, isBuy)) }

    /// The place of the execution at `offset`; nil when it was not in the batch.
    mutating func take(_ offset: Int64) -> TradeHashes? {
        while next < places.count, places[next].offset < offset { next += 1 }
        guard next < places.count, places[next].offset == offset else { return nil }
        defer { next += 1 }
        return places[next].place
    }

    /// The place `distance` behind the one that is taken next.
    func ahead(_ distance: Int) -> (place: TradeHashes, isBuy: Bool)? {
        guard next + distance < places.count else { return nil }
        let ahead = places[next + distance]
        return (ahead.place, ahead.isBuy)
    }
}

extension PositionsFold {
    /// How many executions ahead of the fold memory is asked for: far enough to be there in time, near enough to be
    /// there still. What is found in one step leads to the next.
    private enum Ahead {
        static let slots = 24
        static let books = 16
        static let lots = 8
    }

    /// Works out where the batch's executions belong, and asks for the memory of the first ones.
    func warmUp(_ events: ArraySlice<FoldEvent>) {
        warm.removeAll()
        events.lendEach { lent, _ in warmUp(lent.event) }
        for distance in 0..<Ahead.slots { prefetchSlots(distance) }
        for distance in 0..<Ahead.books { prefetchBook(distance) }
        for distance in 0..<Ahead.lots { prefetchLots(distance) }
    }

    /// A switch, and its whole body a call: `guard case` would copy the execution out of the event.
    private func warmUp(_ event: FoldEvent) {
        switch event.decoded.payload {
        case .tradeExecuted(let trade): warmUp(trade, of: event)
        default: break
        }
    }

    @inline(never)
    private func warmUp(_ trade: TradeExecuted, of event: FoldEvent) {
        warm.append(hasher.hashes(of: trade), offset: event.offset, isBuy: trade.side == .buy)
    }

    /// Asks for the memory that the executions ahead will need.
    @inline(__always)
    func prefetchAhead() {
        prefetchSlots(Ahead.slots)
        prefetchBook(Ahead.books)
        prefetchLots(Ahead.lots)
    }

    private func prefetchSlots(_ distance: Int) {
        guard let place = warm.ahead(distance)?.place else { return }
        books.prefetchSlot(place.book)
        if mode == .rebuild { identities.prefetch(place.identity) }
    }

    private func prefetchBook(_ distance: Int) {
        if let ahead = warm.ahead(distance) { books.prefetchBook(ahead.place.book) }
    }

    private func prefetchLots(_ distance: Int) {
        if let ahead = warm.ahead(distance) { books.prefetchLots(ahead.place.book, isBuy: ahead.isBuy) }
    }
}

extension ContentHasher {
    func book(_ key: BookKey) -> ContentHash {
        book(userId: key.userId, account: key.account, instrument: key.instrument)
    }
}
