import Events

/// The ledger of the events that a keyed view has folded: a repeated one counts once, and another one under the same
/// identity is told from it.
struct SeenEvents: ~Copyable {
    /// Live: those that this batch folds or asked the database for.
    private var known: [EventIdentity: ContentHash] = [:]
    /// In a rebuild: every identity of the lane so far.
    private var remembered = IdentitySet()
    /// Not drained yet.
    private var pending: [(EventIdentity, ContentHash)] = []
    private let hasher = ContentHasher()

    /// One row an event, beside the view's table.
    static func table(beside table: TableDefinition) -> TableDefinition {
        TableDefinition(
            "\(table.name)_events", role: .ledger,
            columns: [
                Column("partition_key", .text), Column("event_id", .text), Column("source", .text),
                Column("topic", .text), Column("content_hash", .bytes),
            ],
            key: ["partition_key", "event_id", "source", "topic"])
    }

    var rememberedCount: Int { remembered.count }

    func hash(_ event: DecodedEvent) -> ContentHash { hasher.hash(event.payload) }

    /// Whether the event came before, and with the same data; nil when it is new.
    func isSame(_ identity: EventIdentity, _ hash: ContentHash, _ mode: FoldMode) -> Bool? {
        switch mode {
        case .live: known[identity].map { $0 == hash }
        case .rebuild: remembered.find(short(identity), content: hash.low)
        }
    }

    mutating func remember(_ identity: EventIdentity, _ hash: ContentHash, _ mode: FoldMode) {
        switch mode {
        case .live: known[identity] = hash
        case .rebuild: remembered.insert(short(identity), content: hash.low)
        }
        pending.append((identity, hash))
    }

    private func short(_ identity: EventIdentity) -> ContentHash {
        hasher.identity(identity.partitionKey, identity.id, "\(identity.kind.topic) \(identity.source)")
    }

    /// Whether the database has to be asked for it.
    func mustLookUp(_ identity: EventIdentity) -> Bool { known[identity] == nil }

    mutating func absorb(_ row: RowReader, table: String) throws(RowError) {
        guard let kind = EventKind(topic: try row.text(3)) else { throw RowError(table: table, column: "topic") }
        guard let hash = row.optionalBytes(4).flatMap(ContentHash.init(bytes:)) else {
            throw RowError(table: table, column: "content_hash")
        }
        let identity = EventIdentity(
            kind: kind, partitionKey: try row.text(0), id: try row.text(1), source: try row.text(2))
        known[identity] = hash
    }

    mutating func drain(into rows: RowBatch) {
        for (identity, hash) in pending {
            rows.append(identity)
            hash.withBytes { rows.put($0) }
        }
        pending.removeAll(keepingCapacity: true)
    }

    mutating func committed() { known.removeAll(keepingCapacity: true) }

    /// From now on the database is asked.
    mutating func endRebuild() { remembered = IdentitySet() }

    mutating func forget() {
        known = [:]
        remembered = IdentitySet()
        pending = []
    }
}

extension RowBatch {
    /// Starts a row with the columns of an event's identity.
    func append(_ identity: EventIdentity) {
        beginRow()
        put(identity.partitionKey)
        put(identity.id)
        put(identity.source)
        put(identity.kind.topic)
    }
}
