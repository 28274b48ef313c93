import Domain
import Events

/// An amendment or a void, as it came.
final class Correction {
    struct Key: Hashable {
        let source: String
        let eventId: String
        let userId: String
    }

    let key: Key
    let body: TradeCorrected
    let offset: Int64
    let time: Timestamp
    let contentHash: ContentHash
    /// Its execution has not come yet.
    var isWaiting: Bool
    var isStored: Bool

    init?(_ event: FoldEvent) {
        guard case .tradeCorrected(let body) = event.decoded.payload else { return nil }
        self.body = body
        key = Key(source: event.decoded.envelope.source, eventId: event.decoded.envelope.id, userId: body.userId)
        offset = event.offset
        time = event.decoded.envelope.time
        contentHash = event.decoded.contentHash
        isWaiting = false
        isStored = false
    }

    var tradeKey: TradeKey { TradeKey(userId: body.userId, tradeId: body.tradeId) }

    /// Changes what the correction names and leaves the rest.
    func amend(_ entry: LedgerTrade) {
        guard body.action == .amend else {
            entry.isVoid = true
            return
        }
        if let executedAt = body.executedAt { entry.executedAt = executedAt }
        entry.trade.amend(body)
    }
}

extension TradeExecuted {
    fileprivate mutating func amend(_ body: TradeCorrected) {
        if let symbol = body.symbol { self.symbol = symbol }
        if let exchange = body.exchange { self.exchange = exchange }
        if let side = body.side { self.side = side }
        if let quantity = body.quantity { self.quantity = quantity }
        if let price = body.price { self.price = price }
        if let fees = body.fees { self.fees = fees }
        if let account = body.account { self.account = account }
        if let isin = body.isin { self.isin = isin }
        if let multiplier = body.multiplier { self.multiplier = multiplier }
        amendLabels(body)
    }

    private mutating func amendLabels(_ body: TradeCorrected) {
        if let orderId = body.orderId { self.orderId = orderId }
        if let product = body.product { self.product = product }
        if let segment = body.segment { self.segment = segment }
        if let category = body.category { self.category = category }
        if let strategy = body.strategy { self.strategy = strategy }
        if let tags = body.tags { self.tags = tags }
        if let notes = body.notes { self.notes = notes }
        if let broker = body.broker { self.broker = broker }
    }
}

/// The corrections that a fold holds: those of the batch, and all that wait for their execution.
struct CorrectionBook {
    var known: [Correction.Key: ContentHash] = [:]
    var waiting: [TradeKey: [Correction]] = [:]
    var hasLoadedWaiting = false
    /// To be written with the next drain.
    var changed: [Correction] = []

    mutating func wait(_ correction: Correction) {
        correction.isWaiting = true
        waiting[correction.tradeKey, default: []].append(correction)
        changed.append(correction)
    }

    mutating func takeWaiting(for key: TradeKey) -> [Correction] {
        guard !waiting.isEmpty, let found = waiting.removeValue(forKey: key) else { return [] }
        return found.sorted { $0.offset < $1.offset }
    }
}
