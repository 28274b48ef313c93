import Events

/// The fold of a ``CombinedView``: each table reads, caches and writes for itself; an event is one for all of them.
public final class CombinedFold<View: CombinedView>: EffectfulFold {
    public let effects = EffectCollector()
    private let parts: [any KeyedPart]

    public static var schema: ViewSchema {
        let tables = View.tables.flatMap { $0.definitions(in: View.name) }
        precondition(
            Set(tables.map(\.name)).count == tables.count, "view \(View.name): two of its tables have the same name")
        return ViewSchema(
            name: View.name, foldNumber: View.foldNumber, tables: tables, presentation: View.presentation)
    }

    public init(mode: FoldMode, lane: Int) {
        let effects = effects
        parts = View.tables.map { $0.part(of: View.name, mode: mode, effects: effects) }
    }

    public var rememberedIdentities: Int { parts.reduce(0) { $0 + $1.rememberedIdentities } }

    public func parkingKey(of event: FoldEvent) -> String { View.parkingKey(of: event) }

    public static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? {
        View.parkingKey(of: readable, kind: kind)
    }

    public func reads(for events: ArraySlice<FoldEvent>) -> [ReadRequest] { parts.flatMap { $0.reads(for: events) } }

    public func absorb(_ request: ReadRequest, rows: any RowSource) throws(RowError) {
        for part in parts where part.tables.contains(request.table) { try part.absorb(request, rows: rows) }
    }

    public func fold(_ event: FoldEvent) -> FoldOutcome {
        var result: FoldOutcome?
        for part in parts {
            let outcome = part.prepare(event)
            switch outcome {
            case .refused:
                for part in parts { part.discard() }
                return outcome
            case .folded: result = .folded
            case .duplicate: result = result ?? .duplicate
            case .skipped: continue
            }
        }
        for part in parts { part.apply(event) }
        return result ?? .skipped(reason: "means nothing to view \(View.name)")
    }

    public func followUps() throws(FoldFailure) -> [ReadRequest] { [] }

    public func drain(into writes: WriteSet, state: Bool) {
        for (index, part) in parts.enumerated() {
            part.drain(into: writes.tables[2 * index], writes.tables[2 * index + 1], state: state)
        }
    }

    public func committed() { for part in parts { part.committed() } }

    public func forget() {
        for part in parts { part.forget() }
        effects.clear()
    }

    public func finishRebuild(limit: Int) -> Bool {
        for part in parts { part.endRebuild() }
        return false
    }
}
