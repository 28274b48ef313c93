import Projections

/// What a fold made of the events given; each `then` throws what is not as expected.
public struct Folded {
    public let run: FoldRun

    init(_ run: FoldRun) { self.run = run }

    /// By event, in the order folded.
    public var outcomes: [FoldOutcome] { run.outcomes }

    /// All rows of a table, by key, as people read them: a column's name and its text, null columns left out.
    public func rows(_ table: String) throws -> [PresentedRow] { try run.store.presented(table) }

    /// The table has exactly these rows, in any order. Only columns that one of them names are looked at.
    @discardableResult
    public func then(_ table: String, _ expected: PresentedRow...) throws -> Folded {
        let columns = Set(expected.flatMap(\.keys))
        var surplus = try rows(table).map { row in expected.isEmpty ? row : row.filter { columns.contains($0.key) } }
        var missing: [PresentedRow] = []
        for row in expected {
            if let index = surplus.firstIndex(of: row) { surplus.remove(at: index) } else { missing.append(row) }
        }
        guard surplus.isEmpty, missing.isEmpty else {
            throw Unexpected(
                "table \(table) is not as expected",
                missing.map { "  lacks \(RowText.line($0))" } + surplus.map { "  has   \(RowText.line($0))" })
        }
        return self
    }

    /// The event of this number, counted from 1 in the order folded, was refused with this code.
    @discardableResult
    public func thenRefused(_ number: Int, _ code: String) throws -> Folded {
        guard case .refused(code, _)? = outcome(number) else {
            throw Unexpected("event \(number) was to be refused as \(code)", ["  is    \(text(number))"])
        }
        return self
    }

    /// The event of this number, counted from 1 in the order folded, had this outcome.
    @discardableResult
    public func thenOutcome(_ number: Int, _ expected: FoldOutcome) throws -> Folded {
        guard outcome(number) == expected else {
            throw Unexpected("event \(number) was to be \(expected)", ["  is    \(text(number))"])
        }
        return self
    }

    /// All rows of all tables equal another run's, byte for byte.
    /// - Parameter ignoring: columns that may differ, such as a log's offset.
    @discardableResult
    public func thenSame(as other: Folded, ignoring: Set<String> = []) throws -> Folded {
        if let difference = try run.store.difference(from: other.run.store, ignoring: ignoring) {
            throw Unexpected("the rows differ", ["  \(difference)"])
        }
        return self
    }

    private func outcome(_ number: Int) -> FoldOutcome? {
        outcomes.indices.contains(number - 1) ? outcomes[number - 1] : nil
    }

    private func text(_ number: Int) -> String {
        outcome(number).map { "\($0)" } ?? "not there: \(outcomes.count) events were folded"
    }
}

/// Something a test expected of a fold and did not get.
public struct Unexpected: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ what: String, _ details: [String]) { description = ([what] + details).joined(separator: "\n") }
}

/// Rows in words.
enum RowText {
    static func line(_ row: PresentedRow) -> String {
        row.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }

    /// In the table's order of columns.
    static func line(_ row: PresentedRow, of table: TableDefinition) -> String {
        table.columns.compactMap { column in row[column.name].map { "\(column.name)=\($0)" } }.joined(separator: " ")
    }
}
