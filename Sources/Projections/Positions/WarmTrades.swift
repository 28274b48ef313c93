import Events

/// Where an execution belongs, worked out once.
struct TradePlace {
    let key: BookKey
    let bookHash: UInt64
    let identity: ContentHash
}

/// The places of a batch's executions, in the batch's order: taken one by one as the batch folds.
struct WarmTrades {
    private var places: [(offset: Int64, place: TradePlace)] = []
    private var next = 0

    mutating func removeAll() {
        places.removeAll(keepingCapacity: true)
        next = 0
    }

    mutating func append(_ place: TradePlace, offset: Int64) { places.append((offset, place)) }

    /// The place of the execution at `offset`; nil when it was not in the batch.
    mutating func take(_ offset: Int64) -> TradePlace? {
        while next < places.count, places[next].offset < offset { next += 1 }
        guard next < places.count, places[next].offset == offset else { return nil }
        defer { next += 1 }
        return places[next].place
    }

    func forEach(_ body: (TradePlace) -> Void) {
        for entry in places { body(entry.place) }
    }
}

extension PositionsFold {
    func look(at trade: TradeExecuted) -> TradePlace {
        let key = BookKey(trade)
        return TradePlace(key: key, bookHash: books.hash(key), identity: hasher.identity(trade.userId, trade.tradeId))
    }

    /// Asks for the memory that the batch will need, all at once.
    func warmUp(_ events: ArraySlice<FoldEvent>) {
        warm.removeAll()
        for event in events {
            guard case .tradeExecuted(let trade) = event.decoded.payload else { continue }
            let place = look(at: trade)
            books.prefetchSlot(place.bookHash)
            if mode == .rebuild { identities.prefetch(place.identity) }
            warm.append(place, offset: event.offset)
        }
        warm.forEach { books.prefetchBook($0.bookHash) }
    }
}
