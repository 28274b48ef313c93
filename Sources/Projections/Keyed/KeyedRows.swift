import Events

/// The rows of a ``KeyedTable`` in memory: reads them by key, caches them, writes each once a batch, and counts a repeated
/// event once.
///
/// In a rebuild every row stays in memory, with a hash of each event's identity.
final class KeyedRows<Table: KeyedTable>: KeyedPart {
    /// What an event would change.
    private struct Change {
        let key: Table.Key
        let before: Table.State
        let after: Table.State
        /// With the hash of its data; nil for events without an identity.
        let identity: (EventIdentity, ContentHash)?
    }

    private let viewName: String
    private let rules = Table()
    private let effects: EffectCollector
    private var mode: FoldMode
    private var rows: [Table.Key: KeyedRow<Table>] = [:]
    private var dirtyRows: [KeyedRow<Table>] = []
    private var seen = SeenEvents()
    private var prepared: Change?
    private var useClock = 0
    /// Smaller in tests.
    var maximumCachedRows = ProjectionLimits.maximumCachedKeyedRows

    init(view: String, mode: FoldMode, effects: EffectCollector) {
        viewName = view
        self.mode = mode
        self.effects = effects
    }

    var tables: [TableDefinition] { [Table.table, SeenEvents.table(beside: Table.table)] }

    /// Rows count too: a rebuild keeps them all.
    var rememberedIdentities: Int { seen.rememberedCount + rows.count * ProjectionLimits.identitiesPerKeyedRow }

    func prepare(_ event: FoldEvent) -> FoldOutcome {
        guard let key = rules.key(of: event) else { return .skipped(reason: "means nothing to view \(viewName)") }
        let partitionKey = event.decoded.payload.partitionKey
        guard key.partitionKey == partitionKey else {
            return .refused(
                code: "key_of_another_lane",
                reason: "view \(viewName) would change a row of \(key.partitionKey) by an event of \(partitionKey): "
                    + "two lanes may not write the same row")
        }
        guard let identity = EventIdentity(event.decoded) else { return prepare(event, key, nil) }
        let hash = seen.hash(event.decoded)
        if let isSame = seen.isSame(identity, hash, mode) {
            guard !isSame else { return .duplicate }
            return .refused(
                code: "conflicting_duplicate",
                reason: "event \(identity.id) of \(identity.kind.topic) came before with other data")
        }
        return prepare(event, key, (identity, hash))
    }

    private func prepare(
        _ event: FoldEvent, _ key: Table.Key, _ identity: (EventIdentity, ContentHash)?
    ) -> FoldOutcome {
        let before = rows[key]?.state ?? rules.newState(for: key)
        var state = before
        do throws(FoldRefusal) {
            try rules.fold(event, into: &state)
        } catch {
            return .refused(code: error.code, reason: error.reason)
        }
        prepared = Change(key: key, before: before, after: state, identity: identity)
        return .folded
    }

    func apply(_ event: FoldEvent) {
        guard let change = prepared else { return }
        prepared = nil
        if let (identity, hash) = change.identity { seen.remember(identity, hash, mode) }
        store(change.after, under: change.key)
        guard effects.wants(event) else { return }
        for payload in rules.effects(of: event, before: change.before, after: change.after) {
            effects.emit(payload, from: event)
        }
    }

    func discard() { prepared = nil }

    private func store(_ state: Table.State, under key: Table.Key) {
        let row: KeyedRow<Table>
        if let known = rows[key] {
            row = known
            row.state = state
            row.lastUse = useClock
        } else {
            row = KeyedRow(key, state, isStored: false, lastUse: useClock)
            rows[key] = row
        }
        guard !row.isDirty else { return }
        row.isDirty = true
        dirtyRows.append(row)
    }
}

extension KeyedRows {
    func reads(for events: ArraySlice<FoldEvent>) -> [ReadRequest] {
        useClock += 1
        guard mode == .live else { return [] }
        let seenTable = SeenEvents.table(beside: Table.table)
        let wantedRows = ReadRequest(Table.table, by: Table.table.key)
        let wantedEvents = ReadRequest(seenTable, by: seenTable.key)
        var keys: Set<Table.Key> = []
        var identities: Set<EventIdentity> = []
        for event in events {
            guard let key = rules.key(of: event) else { continue }
            if let known = rows[key] {
                known.lastUse = useClock
            } else if keys.insert(key).inserted {
                wantedRows.keys.beginRow()
                Table.encode(key, into: wantedRows.keys)
            }
            guard let identity = EventIdentity(event.decoded), seen.mustLookUp(identity) else { continue }
            if identities.insert(identity).inserted { wantedEvents.keys.append(identity) }
        }
        return [wantedRows, wantedEvents].filter { $0.keys.rowCount > 0 }
    }

    func absorb(_ request: ReadRequest, rows source: any RowSource) throws(RowError) {
        for index in 0..<source.rowCount {
            let row = RowReader(source, table: request.table, row: index)
            guard request.table == Table.table else {
                try seen.absorb(row, table: request.table.name)
                continue
            }
            let key = try Table.key(of: row)
            guard rows[key] == nil else { continue }
            rows[key] = KeyedRow(key, try Table.state(of: row), isStored: true, lastUse: useClock)
        }
    }

    func drain(into writes: WriteSet.TableWrites, _ ledger: WriteSet.TableWrites, state: Bool) {
        seen.drain(into: ledger.inserts)
        guard state else { return }
        for row in dirtyRows {
            row.encode(into: row.isStored ? writes.upserts : writes.inserts)
            row.isStored = true
            row.isDirty = false
        }
        dirtyRows.removeAll(keepingCapacity: true)
    }

    func committed() {
        guard mode == .live else { return }
        seen.committed()
        trim()
    }

    /// Keeps the rows of the latest batches when there are more than the limit.
    private func trim() {
        guard rows.count > maximumCachedRows else { return }
        let oldest = useClock - ProjectionLimits.batchesKeptByTrim
        rows = rows.filter { $0.value.isDirty || $0.value.lastUse > oldest }
        guard rows.count > maximumCachedRows else { return }
        rows = rows.filter { $0.value.isDirty }
    }

    func forget() {
        rows = [:]
        dirtyRows = []
        prepared = nil
        seen.forget()
    }

    func endRebuild() {
        mode = .live
        seen.endRebuild()
    }
}
