import Events
import Foundation
import Projections

/// A folder with a log and the rows that it leads to: `events.jsonl` in, `rows.txt` out. A later release that folds the same
/// log into other rows needs another fold number, and this tells.
///
/// `rows.txt` is written only when ``variable`` says so, and the test fails all the same: somebody has to look at the change.
public struct GoldenReplay {
    /// `TAPEFOLD_GOLDEN=write` writes what is folded now.
    public static let variable = "TAPEFOLD_GOLDEN"

    public let folder: URL
    private let writes: Bool

    /// - Parameter environment: this process's, where left out.
    public init(
        _ folder: URL, environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.folder = folder
        writes = environment[Self.variable] == "write"
    }

    private var rowsFile: URL { folder.appending(path: "rows.txt") }

    /// The log; the order of its lines is the order of folding.
    public func events() throws -> [DecodedEvent] {
        try EventLines.decode(String(contentsOf: folder.appending(path: "events.jsonl"), encoding: .utf8))
    }

    /// Folds the log live and in a rebuild, and compares all rows of all tables.
    /// - Parameters:
    ///   - inputs: the view's topics, where the log does not have all of them.
    ///   - make: for folds that take settings.
    public func check<Fold: ViewFold>(
        _ fold: Fold.Type, inputs: [EventKind]? = nil, make: @escaping (FoldMode) -> Fold = { Fold(mode: $0, lane: 0) }
    ) throws {
        let given = Given(try events(), inputs: inputs)
        let folded = try given.when(fold, make: make)
        try given.rebuilt(tail: 3).when(fold, make: make).thenSame(as: folded)
        let text = try Self.text(folded.run)
        guard !writes else {
            try text.write(to: rowsFile, atomically: true, encoding: .utf8)
            throw Unexpected("\(rowsFile.path) was written: look at what changed, and run without \(Self.variable)", [])
        }
        guard let expected = try? String(contentsOf: rowsFile, encoding: .utf8) else {
            throw Unexpected("\(rowsFile.path) can't be read; \(Self.variable)=write makes it", [])
        }
        guard text != expected else { return }
        throw Unexpected(
            "\(folder.lastPathComponent) leads to other rows than \(rowsFile.lastPathComponent) says. If that is meant, raise "
                + "the fold number and write them anew with \(Self.variable)=write",
            Self.difference(expected, text))
    }

    /// All rows, by table and key, then what was not folded.
    private static func text(_ run: FoldRun) throws -> String {
        var lines: [String] = []
        for table in run.store.schema.tables {
            lines.append("[\(table.name)]")
            lines += try run.store.presented(table.name).map { RowText.line($0, of: table) }
            lines.append("")
        }
        lines.append("[not folded]")
        for (index, outcome) in run.outcomes.enumerated() {
            switch outcome {
            case .folded: continue
            case .duplicate: lines.append("event \(index + 1): duplicate")
            case .skipped(let reason): lines.append("event \(index + 1): skipped, \(reason)")
            case .refused(let code, _): lines.append("event \(index + 1): refused, \(code)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let shownLines = 20

    private static func difference(_ expected: String, _ actual: String) -> [String] {
        let old = expected.split(separator: "\n")
        let new = actual.split(separator: "\n")
        let changes = new.difference(from: old).map { change in
            switch change {
            case .remove(_, let line, _): "  - \(line)"
            case .insert(_, let line, _): "  + \(line)"
            }
        }
        return Array(changes.prefix(shownLines)) + (changes.count > shownLines ? ["  … \(changes.count) in all"] : [])
    }
}
