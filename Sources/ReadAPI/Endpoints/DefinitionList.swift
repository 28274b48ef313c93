import Postgres

/// Lists of a user's rows by names: an id where there is one, then exchange and symbol.
struct DefinitionList: Sendable {
    let view: ViewName
    let relation: String
    let columns: [Column]
    /// The columns that the list goes by, of type text; all of them are selected.
    let key: [String]
    /// By query parameter, the column that must equal it.
    var filters: [(column: String, name: String)] = []

    func plan(_ call: Call) throws(Problem) -> ReadPlan {
        let page = Page(call)
        let cursor = try Cursor.key(of: call, parts: key.count)
        // $1 user, $2 to $4 the instrument, $5 the page, then the cursor and the filters.
        let after = key.indices.map { "$\($0 + 6)" }.joined(separator: ", ")
        let own = filters.enumerated().map { index, filter in
            let parameter = "$\(index + 6 + key.count)"
            return " AND (\(parameter) IS NULL OR r.\(filter.column) = \(parameter))"
        }.joined()
        let order = key.map { "r.\($0)" }.joined(separator: ", ")
        let (columns, view, relation) = (columns, view, relation)
        let statement = ReadStatement(
            text: { live in
                """
                SELECT \(columns.selected) FROM \(live.relation(view, relation)) r
                WHERE r.user_id = $1 AND ($2 IS NULL OR r.exchange = $2) AND ($3 IS NULL OR r.symbol = $3)
                AND ($4 IS NULL OR r.exchange = $4) AND ($6 IS NULL OR (\(order)) > (\(after)))\(own)
                ORDER BY \(order) LIMIT $5
                """
            },
            parameters: [.text(call.user)] + call.bookFilters.dropFirst() + [page.queryLimit]
                + key.indices.map { index in .text(cursor.map { $0[index] }) }
                + filters.map { .text(call.arguments.text($0.name)) })
        let places = key.map { name in columns.firstIndex { $0.sql == "r.\(name)" } ?? 0 }
        return ReadPlan(views: [view], after: call.arguments.after, statements: [statement]) {
            (results, writer) throws(ReadFailure) in
            let result = results[0]
            try page.write(
                result, to: &writer,
                key: { (row) throws(PostgresError) in
                    var parts: [String] = []
                    for place in places { parts.append(try result.text(row, place)) }
                    return parts
                },
                row: { (writer, row) throws(ReadFailure) in try writer.row(columns, of: result, row: row) })
        }
    }
}
