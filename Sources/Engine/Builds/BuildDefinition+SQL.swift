import Projections

/// The DDL of a build.
enum BuildSQL {
    /// State rows are rewritten: room on their page keeps their indexes out of it.
    private static let stateFillPercent = 70

    static func create(_ build: Build, _ view: ViewSchema, indexed: Bool) -> String {
        var statements = ["CREATE SCHEMA \(build.schema)"]
        for table in view.tables {
            statements.append(createTable(table, schema: build.schema, indexed: indexed))
            if indexed { statements += indexes(table, schema: build.schema) }
        }
        for relation in view.presentation {
            let query = relation.query.replacing("{schema}", with: build.schema)
            statements.append("CREATE VIEW \(build.schema).api_\(relation.name) AS \(query)")
        }
        return statements.joined(separator: ";\n")
    }

    private static func createTable(_ table: TableDefinition, schema: String, indexed: Bool) -> String {
        let columns = table.columns.map { "\($0.name) \($0.type.sql)\($0.isNullable ? "" : " NOT NULL")" }
        var storage: [String] = []
        if table.role == .state { storage.append("fillfactor = \(stateFillPercent)") }
        // While a rebuild fills it there is nothing to clean up, and a vacuum would keep the indexes waiting.
        if !indexed { storage.append("autovacuum_enabled = false") }
        let with = storage.isEmpty ? "" : " WITH (\(storage.joined(separator: ", ")))"
        return "CREATE TABLE \(schema).\(table.name) (\(columns.joined(separator: ", ")))\(with)"
    }

    /// The table is filled: from now on it is looked after as all are.
    static func allowVacuum(_ table: TableDefinition, schema: String) -> String {
        "ALTER TABLE \(schema).\(table.name) RESET (autovacuum_enabled)"
    }

    /// The table's key and indexes, each only if it is not there yet.
    static func indexes(_ table: TableDefinition, schema: String) -> [String] {
        let key = table.key.joined(separator: ", ")
        var statements = [
            "CREATE UNIQUE INDEX IF NOT EXISTS \(table.name)_key ON \(schema).\(table.name) (\(key))"
        ]
        for index in table.indexes {
            let condition = index.condition.map { " WHERE \($0)" } ?? ""
            statements.append(
                "CREATE INDEX IF NOT EXISTS \(index.name) ON \(schema).\(table.name) "
                    + "USING \(index.method.rawValue) (\(index.columns.joined(separator: ", ")))\(condition)")
        }
        return statements
    }

    /// Of rows with the same key the one that came first in the log stays.
    static func removeRepeatedRows(_ table: TableDefinition, schema: String) -> String {
        keepFirst(of: table, schema: schema, by: "log_offset")
    }

    /// Of rows with the same key the one stored last stays. A key's rows come from one lane, whose transactions follow
    /// one another and hold each key once, so that the youngest transaction's is the last.
    static func removeOldVersions(_ table: TableDefinition, schema: String) -> String {
        keepFirst(of: table, schema: schema, by: "age(xmin)")
    }

    private static func keepFirst(of table: TableDefinition, schema: String, by order: String) -> String {
        let key = table.key.joined(separator: ", ")
        return """
            DELETE FROM \(schema).\(table.name) WHERE ctid IN (
                SELECT ctid FROM (
                    SELECT ctid, row_number() OVER (PARTITION BY \(key) ORDER BY \(order)) AS place
                    FROM \(schema).\(table.name)) ranked
                WHERE place > 1)
            """
    }
}
