import Events

/// The fold of a ``KeyedView``: reads rows by key, caches them, writes each once a batch, and counts a repeated event once.
///
/// In a rebuild every row stays in memory, with a hash of each event's identity.
public final class KeyedFold<View: KeyedView>: EffectfulFold {
    public let effects = EffectCollector()

    let view = View()
    var mode: FoldMode
    let lane: Int
    var rows: [View.Key: KeyedRow<View>] = [:]
    var dirtyRows: [KeyedRow<View>] = []
    var seen = SeenEvents()
    var useClock = 0
    /// Smaller in tests.
    var maximumCachedRows = ProjectionLimits.maximumCachedKeyedRows

    public static var schema: ViewSchema {
        let table = View.table
        precondition(
            table.role == .state && table.columns.prefix(table.key.count).map(\.name) == table.key,
            "view \(View.name): table \(table.name) must be of role state and begin with its key columns")
        return ViewSchema(
            name: View.name, foldNumber: View.foldNumber, tables: [table, SeenEvents.table(beside: table)],
            presentation: View.presentation)
    }

    public init(mode: FoldMode, lane: Int) {
        self.mode = mode
        self.lane = lane
    }

    /// Rows count too: a rebuild keeps them all.
    public var rememberedIdentities: Int { seen.rememberedCount + rows.count * ProjectionLimits.identitiesPerKeyedRow }

    public func parkingKey(of event: FoldEvent) -> String { view.parkingKey(of: event) }

    public static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? {
        View.parkingKey(of: readable, kind: kind)
    }

    public func fold(_ event: FoldEvent) -> FoldOutcome {
        guard let key = view.key(of: event) else { return .skipped(reason: "means nothing to view \(View.name)") }
        let partitionKey = event.decoded.payload.partitionKey
        guard key.partitionKey == partitionKey else {
            return .refused(
                code: "key_of_another_lane",
                reason: "view \(View.name) would change a row of \(key.partitionKey) by an event of \(partitionKey): "
                    + "two lanes may not write the same row")
        }
        guard let identity = EventIdentity(event.decoded) else { return apply(event, key) }
        let hash = seen.hash(event.decoded)
        if let isSame = seen.isSame(identity, hash, mode) {
            guard !isSame else { return .duplicate }
            return .refused(
                code: "conflicting_duplicate",
                reason: "event \(identity.id) of \(identity.kind.topic) came before with other data")
        }
        let outcome = apply(event, key)
        if case .folded = outcome { seen.remember(identity, hash, mode) }
        return outcome
    }

    private func apply(_ event: FoldEvent, _ key: View.Key) -> FoldOutcome {
        let before = rows[key]?.state ?? view.newState(for: key)
        var state = before
        do throws(FoldRefusal) {
            try view.fold(event, into: &state)
        } catch {
            return .refused(code: error.code, reason: error.reason)
        }
        change(key, to: state)
        guard effects.wants(event) else { return .folded }
        for payload in view.effects(of: event, before: before, after: state) { effects.emit(payload, from: event) }
        return .folded
    }

    private func change(_ key: View.Key, to state: View.State) {
        let row: KeyedRow<View>
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
