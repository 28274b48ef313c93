import Postgres

/// What one snapshot is asked for several plans: their statements one behind the other, and of rows that are looked up by
/// their keys one statement for all.
struct SnapshotBatch {
    /// Where a plan's answer lies among the results.
    private enum Place {
        case results(Range<Int>)
        /// The row of the key that stands at `position` in the statement's arrays, counted from 1.
        case row(result: Int, position: Int)
    }

    /// Lookups of one kind.
    private struct Gathered {
        let lookup: RowLookup
        var keys: [[String]]
        let statement: Int
    }

    private(set) var statements: [ReadStatement] = []
    private var places: [Place] = []

    init(_ plans: [ReadPlan]) {
        var gathered: [Gathered] = []
        let own = plans.reduce(0) { $0 + $1.statements.count }
        for plan in plans {
            guard let lookup = plan.lookup else {
                places.append(.results(statements.count..<statements.count + plan.statements.count))
                statements += plan.statements
                continue
            }
            let index = gathered.firstIndex { $0.lookup.name == lookup.name } ?? gathered.count
            if index == gathered.count {
                gathered.append(Gathered(lookup: lookup, keys: [], statement: own + index))
            }
            gathered[index].keys.append(lookup.key)
            places.append(.row(result: own + index, position: gathered[index].keys.count))
        }
        for each in gathered {
            let parts = each.lookup.key.indices.map { part in SQLValue.texts(each.keys.map { $0[part] }) }
            statements.append(ReadStatement(text: each.lookup.text, parameters: parts))
        }
    }

    /// The plans that asked for a statement; several where it looks up rows by their keys.
    func plans(ofStatement statement: Int) -> [Int] {
        places.indices.filter { index in
            switch places[index] {
            case .results(let range): range.contains(statement)
            case .row(let result, _): result == statement
            }
        }
    }

    /// Writes the answer of the plan at `index`, as it was given to `init`, from the statements' results.
    func write(
        _ plan: ReadPlan, at index: Int, from results: [PostgresResult], _ rows: inout RowPositions,
        _ writer: inout JSONWriter
    ) throws(ReadFailure) {
        switch places[index] {
        case .results(let range):
            try plan.write(Array(results[range]), &writer)
        case .row(let result, let position):
            guard let lookup = plan.lookup else { return }
            guard let row = try rows.row(of: position, in: results[result], result) else {
                throw .problem(lookup.missing)
            }
            try lookup.write(results[result], row, &writer)
        }
    }
}

/// Which row answers which key, of the results that were asked for so far.
struct RowPositions {
    private var rows: [Int: [Int64: Int]] = [:]

    /// Nil where the key has no row. A result's last column is the key's position.
    mutating func row(of position: Int, in result: PostgresResult, _ index: Int) throws(ReadFailure) -> Int? {
        if let known = rows[index] { return known[Int64(position)] }
        var found: [Int64: Int] = [:]
        for row in 0..<result.rowCount {
            do throws(PostgresError) {
                found[try result.int64(row, result.columnCount - 1)] = row
            } catch {
                throw .database(error)
            }
        }
        rows[index] = found
        return found[Int64(position)]
    }
}
