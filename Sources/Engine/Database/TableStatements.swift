import Projections

/// The SQL for one table of one build. Rows travel as one array a column, whatever their number.
struct TableStatements {
    let table: TableDefinition
    let qualifiedName: String
    let insert: String
    let upsert: String
    let delete: String
    let copy: String

    init(_ table: TableDefinition, schema: String, deleteColumns: [String]) {
        self.table = table
        qualifiedName = "\(schema).\(table.name)"
        let names = table.columns.map(\.name).joined(separator: ", ")
        let source = "INSERT INTO \(qualifiedName) (\(names)) SELECT * FROM \(Self.unnest(table.columns))"
        insert = table.ignoresRepeatedRows ? source + " ON CONFLICT DO NOTHING" : source
        upsert = source + Self.onConflict(table)
        delete =
            "DELETE FROM \(qualifiedName) t USING \(Self.unnest(table.columns(named: deleteColumns))) AS "
            + "k(\(deleteColumns.joined(separator: ", "))) WHERE \(Self.matches(table, deleteColumns))"
        copy = "COPY \(qualifiedName) (\(names)) FROM STDIN (FORMAT binary)"
    }

    /// Rows of the table by keys, in the columns' order.
    static func select(_ request: ReadRequest, schema: String) -> String {
        let table = request.table
        let keys = request.keys.columns.map(\.name)
        let columns = table.columns.map { "t.\($0.name)" }.joined(separator: ", ")
        let order = request.order.isEmpty ? "" : " ORDER BY " + request.order.map { "t.\($0)" }.joined(separator: ", ")
        return "SELECT \(columns) FROM \(unnest(request.keys.columns)) AS k(\(keys.joined(separator: ", "))) "
            + "JOIN \(schema).\(table.name) t ON \(matches(table, keys))\(order)"
    }

    private static func unnest(_ columns: [Column]) -> String {
        let parameters = columns.enumerated().map { "$\($0.offset + 1)::\($0.element.type.arraySql)" }
        return "unnest(\(parameters.joined(separator: ", ")))"
    }

    private static func matches(_ table: TableDefinition, _ names: [String]) -> String {
        table.columns(named: names).map { column in
            column.type == .text
                ? "t.\(column.name) = k.\(column.name) COLLATE \"C\"" : "t.\(column.name) = k.\(column.name)"
        }.joined(separator: " AND ")
    }

    private static func onConflict(_ table: TableDefinition) -> String {
        let changed = table.columns.map(\.name).filter { !table.key.contains($0) }
        let assignments = changed.map { "\($0) = EXCLUDED.\($0)" }.joined(separator: ", ")
        return " ON CONFLICT (\(table.key.joined(separator: ", "))) DO UPDATE SET \(assignments)"
    }
}
