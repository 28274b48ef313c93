import Domain
import Events

/// Concluded payments by their identity, as they came. A pending one moves no money: its outcome, told under the same
/// paymentId, is what counts.
final class PaymentLedger {
    struct Key: Hashable {
        @ExactText var userId: String
        @ExactText var paymentId: String
    }

    private struct Row {
        let payment: PaymentReceived
        let time: Timestamp
        let day: CivilDate
        let contentHash: ContentHash
    }

    private let hasher = ContentHasher()
    private var pending: [Row] = []
    /// Live: those of the batch, from the database or new.
    private var known: [Key: ContentHash] = [:]
    /// In a rebuild: all so far.
    private var identities = IdentitySet()

    var rememberedIdentities: Int { identities.count }

    func reads(for events: ArraySlice<FoldEvent>) -> ReadRequest? {
        let request = ReadRequest(AnalyticsView.payments, by: AnalyticsView.payments.key)
        var asked: Set<Key> = []
        for event in events {
            guard case .paymentReceived(let payment) = event.decoded.payload, payment.status != .pending else {
                continue
            }
            let key = Key(userId: payment.userId, paymentId: payment.paymentId)
            guard known[key] == nil, asked.insert(key).inserted else { continue }
            request.keys.beginRow()
            request.keys.put(key.userId)
            request.keys.put(key.paymentId)
        }
        return request.keys.rowCount > 0 ? request : nil
    }

    func absorb(_ rows: any RowSource) throws(RowError) {
        for index in 0..<rows.rowCount {
            let row = RowReader(rows, table: AnalyticsView.payments, row: index)
            guard let hash = row.optionalBytes(8).flatMap(ContentHash.init(bytes:)) else {
                throw RowError(table: AnalyticsView.payments.name, column: "content_hash")
            }
            known[Key(userId: try row.text(0), paymentId: try row.text(1))] = hash
        }
    }

    /// - Parameter day: on which it counts.
    func fold(_ payment: PaymentReceived, of event: DecodedEvent, day: CivilDate, mode: FoldMode) -> FoldOutcome {
        guard payment.status != .pending else { return .skipped(reason: "announced only: its outcome counts") }
        let hash = hasher.hash(event.payload)
        let isNew: Bool
        let isSame: Bool
        if mode == .rebuild {
            let identity = hasher.identity(payment.userId, payment.paymentId)
            let known = identities.find(identity, content: hash.low)
            (isNew, isSame) = (known == nil, known == true)
            if isNew { identities.insert(identity, content: hash.low) }
        } else {
            let key = Key(userId: payment.userId, paymentId: payment.paymentId)
            (isNew, isSame) = (known[key] == nil, known[key] == hash)
            if isNew { known[key] = hash }
        }
        if isSame { return .duplicate }
        guard isNew else {
            return .refused(
                code: "conflicting_duplicate",
                reason: "paymentId \(payment.paymentId) of \(payment.userId) came before with other data")
        }
        pending.append(Row(payment: payment, time: event.envelope.time, day: day, contentHash: hash))
        return .folded
    }

    func drain(into payments: WriteSet.TableWrites) {
        for row in pending {
            let rows = payments.inserts
            rows.beginRow()
            rows.put(row.payment.userId)
            rows.put(row.payment.paymentId)
            rows.put(row.payment.kind.rawValue)
            rows.put(row.payment.status.rawValue)
            rows.put(row.payment.amount.units)
            rows.put(row.payment.currency)
            rows.put(unixMicroseconds: row.time.microseconds)
            rows.put(unixDay: row.day.dayNumber)
            row.contentHash.withBytes { rows.put($0) }
        }
        pending.removeAll(keepingCapacity: true)
    }

    func committed(_ mode: FoldMode) {
        if mode == .live { known.removeAll(keepingCapacity: true) }
    }

    /// A rebuild's bulk part is over: from now on identities are read.
    func finishRebuild() { identities = IdentitySet() }

    func forget() {
        pending = []
        known = [:]
        identities = IdentitySet()
    }
}
