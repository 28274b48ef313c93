import Domain
import Events

/// An amendment or a void, as it came.
final class Correction {
    struct Key: Hashable {
        @ExactText var source: String
        @ExactText var eventId: String
        @ExactText var userId: String
    }

    let key: Key
    let event: DecodedEvent
    let body: TradeCorrected
    let offset: Int64
    let contentHash: ContentHash
    /// Its execution has not come yet.
    var isWaiting = false
    var isStored = false
    /// To be written with the next drain.
    var isChanged = false

    init(_ event: DecodedEvent, body: TradeCorrected, offset: Int64, contentHash: ContentHash) {
        self.event = event
        self.body = body
        self.offset = offset
        self.contentHash = contentHash
        key = Key(source: event.envelope.source, eventId: event.envelope.id, userId: body.userId)
    }

    var time: Timestamp { event.envelope.time }

    var tradeKey: TradeKey { TradeKey(userId: body.userId, tradeId: body.tradeId) }

    /// Changes what the correction names and leaves the rest.
    func amend(_ entry: LedgerTrade) {
        guard body.action == .amend else {
            entry.isVoid = true
            return
        }
        entry.amend { $0.amend(body.amendment.values) }
    }
}

extension TradeExecuted {
    fileprivate mutating func amend(_ values: TradeAmendment.Values) {
        symbol = values.symbol ?? symbol
        exchange = values.exchange ?? exchange
        side = values.side ?? side
        quantity = values.quantity ?? quantity
        price = values.price ?? price
        executedAt = values.executedAt ?? executedAt
        fees = values.fees ?? fees
        account = values.account ?? account
        isin = values.isin ?? isin
        multiplier = values.multiplier ?? multiplier
        orderId = values.orderId ?? orderId
        product = values.product ?? product
        details = EventDetails(
            segment: values.segment ?? details?.segment, category: values.category ?? details?.category,
            strategy: values.strategy ?? details?.strategy,
            tags: values.tags.isEmpty ? details?.tags ?? [] : values.tags, notes: values.notes ?? details?.notes,
            broker: values.broker ?? details?.broker)
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
        noteChange(of: correction)
    }

    mutating func noteChange(of correction: Correction) {
        guard !correction.isChanged else { return }
        correction.isChanged = true
        changed.append(correction)
    }

    mutating func takeWaiting(for key: TradeKey) -> [Correction] {
        guard !waiting.isEmpty, let found = waiting.removeValue(forKey: key) else { return [] }
        return found.sorted { $0.offset < $1.offset }
    }
}
