import Events

/// The fold of a ``KeyedView``.
public final class KeyedFold<View: KeyedView>: EffectfulFold {
    public let effects = EffectCollector()
    private let view = View()
    private let rows: KeyedRows<View>

    public static var schema: ViewSchema {
        ViewSchema(
            name: View.name, foldNumber: View.foldNumber, tables: View.definitions(in: View.name),
            presentation: View.presentation)
    }

    public init(mode: FoldMode, lane: Int) { rows = KeyedRows(view: View.name, mode: mode, effects: effects) }

    /// Smaller in tests.
    var maximumCachedRows: Int {
        get { rows.maximumCachedRows }
        set { rows.maximumCachedRows = newValue }
    }

    public var rememberedIdentities: Int { rows.rememberedIdentities }

    public func parkingKey(of event: FoldEvent) -> String { view.parkingKey(of: event) }

    public static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? {
        View.parkingKey(of: readable, kind: kind)
    }

    public func reads(for events: ArraySlice<FoldEvent>) -> [ReadRequest] { rows.reads(for: events) }

    public func absorb(_ request: ReadRequest, rows source: any RowSource) throws(RowError) {
        try rows.absorb(request, rows: source)
    }

    public func fold(_ event: FoldEvent) -> FoldOutcome {
        let outcome = rows.prepare(event)
        rows.apply(event)
        return outcome
    }

    public func followUps() throws(FoldFailure) -> [ReadRequest] { [] }

    public func drain(into writes: WriteSet, state: Bool) {
        rows.drain(into: writes.tables[0], writes.tables[1], state: state)
    }

    public func committed() { rows.committed() }

    public func forget() {
        rows.forget()
        effects.clear()
    }

    public func finishRebuild(limit: Int) -> Bool {
        rows.endRebuild()
        return false
    }
}
