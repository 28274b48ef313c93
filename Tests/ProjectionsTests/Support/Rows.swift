import Projections
import TestKit
import Testing

/// The table's rows with the columns named.
func rows(_ store: MemoryViewStore, _ table: String, _ columns: Set<String>) throws -> Set<PresentedRow> {
    let all = try store.presented(table).map { $0.filter { columns.contains($0.key) } }
    #expect(Set(all).count == all.count, "two rows of \(table) look the same")
    return Set(all)
}

/// Records what one set of rows has that the other lacks.
func expectEqual(_ actual: Set<PresentedRow>, _ expected: Set<PresentedRow>, _ what: String) {
    guard actual != expected else { return }
    let surplus = actual.subtracting(expected).prefix(2).map {
        $0.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }
    let missing = expected.subtracting(actual).prefix(2).map {
        $0.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }
    Issue.record("\(what): surplus \(surplus), missing \(missing)")
}

/// Folds the tape otherwise and expects the same rows, byte for byte.
func expectSame<Fold: ViewFold>(
    _ type: Fold.Type, _ tape: EventTape, as reference: FoldRun, _ options: FoldOptions, ignoring: Set<String> = [],
    parks: Bool = true, _ what: String, make: @escaping (FoldMode) -> Fold = { Fold(mode: $0, lane: 0) }
) throws {
    let run = try FoldRunner<Fold>.run(tape, options, parks: parks, make: make)
    if let difference = try run.store.difference(from: reference.store, ignoring: ignoring) {
        Issue.record("\(what): \(difference)")
    }
}
