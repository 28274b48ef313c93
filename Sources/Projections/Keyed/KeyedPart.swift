import Events

/// The fold of one keyed table, without its types. Folds an event in two steps, so that several tables take it together.
protocol KeyedPart: AnyObject {
    /// The table and the ledger of the events in it.
    var tables: [TableDefinition] { get }
    var rememberedIdentities: Int { get }

    func reads(for events: ArraySlice<FoldEvent>) -> [ReadRequest]
    func absorb(_ request: ReadRequest, rows: any RowSource) throws(RowError)
    /// What the event would lead to; nothing is changed. `folded` is followed by `apply` or `discard`.
    func prepare(_ event: FoldEvent) -> FoldOutcome
    /// Carries out what was prepared, if anything was.
    func apply(_ event: FoldEvent)
    func discard()
    /// Into the table's writes and those of its ledger.
    func drain(into rows: WriteSet.TableWrites, _ ledger: WriteSet.TableWrites, state: Bool)
    func committed()
    func forget()
    func endRebuild()
}

extension KeyedTable {
    /// The fold of this table.
    static func part(of view: String, mode: FoldMode, effects: EffectCollector) -> any KeyedPart {
        KeyedRows<Self>(view: view, mode: mode, effects: effects)
    }

    /// The table, and beside it the ledger of its events.
    static func definitions(in view: String) -> [TableDefinition] {
        precondition(
            table.role == .state && table.columns.prefix(table.key.count).map(\.name) == table.key,
            "view \(view): table \(table.name) must be of role state and begin with its key columns")
        return [table, SeenEvents.table(beside: table)]
    }
}
