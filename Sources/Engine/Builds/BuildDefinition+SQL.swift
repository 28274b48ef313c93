import Postgres
import Projections

/// The DDL of a build.
enum BuildSQL {
    /// State rows are rewritten: room on their page keeps their indexes out of it.
    private static let stateFillPercent = 70

    static func create(_ build: Build, _ view: ViewSchema, indexed: Bool) -> String {
        var statements = ["CREATE SCHEMA \(build.schema)"]
        for table in view.tables {
            statements.append(createTable(table, schema: build.schema, indexed: indexed))
            // The key's comes last: as long as there are no statistics, PostgreSQL takes the youngest of the indexes that seem as
            // good as one another, and one that has a column of the key seems as good as the key's own.
            if indexed { statements += indexes(table, schema: build.schema) + [keyIndex(table, schema: build.schema)] }
        }
        for relation in view.presentation {
            let query = relation.query.replacing("{schema}", with: build.schema)
            statements.append("CREATE VIEW \(build.schema).api_\(relation.name) AS \(query)")
        }
        return statements.joined(separator: ";\n")
    }

    private static func createTable(_ table: TableDefinition, schema: String, indexed: Bool) -> String {
        let columns = table.columns.map { "\($0.name) \($0.type.sql)\($0.isNullable ? "" : " NOT NULL")" }
        let list = columns.joined(separator: ", ")
        let with = storage(table, indexed: indexed)
        guard let retention = table.retention, retention.isPartitioned else {
            return "CREATE TABLE \(schema).\(table.name) (\(list)) \(with)"
        }
        // What has no partition of its own goes to the rest, so that no row is ever refused for want of one.
        return """
            CREATE TABLE \(schema).\(table.name) (\(list)) PARTITION BY RANGE (\(retention.column));
            CREATE TABLE \(schema).\(table.name)_rest PARTITION OF \(schema).\(table.name) DEFAULT \(with)
            """
    }

    /// The storage parameters of a table, or of a partition.
    static func storage(_ table: TableDefinition, indexed: Bool) -> String {
        var storage: [String] = []
        if table.role == .state { storage.append("fillfactor = \(stateFillPercent)") }
        // While a rebuild fills it there is nothing to clean up, and a vacuum would keep the indexes waiting.
        if !indexed { storage.append("autovacuum_enabled = false") }
        return storage.isEmpty ? "" : "WITH (\(storage.joined(separator: ", ")))"
    }

    /// The table is filled: from now on it is looked after as all are.
    static func allowVacuum(_ table: TableDefinition, schema: String) -> String {
        guard table.retention?.isPartitioned == true else {
            return "ALTER TABLE \(schema).\(table.name) RESET (autovacuum_enabled)"
        }
        return """
            DO $$ DECLARE part regclass; BEGIN
                FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = '\(schema).\(table.name)'::regclass LOOP
                    EXECUTE format('ALTER TABLE %s RESET (autovacuum_enabled)', part);
                END LOOP;
            END $$
            """
    }

    /// What keeps the table's key unique, if it is not there yet.
    static func keyIndex(_ table: TableDefinition, schema: String) -> String {
        let key = table.keyIndex.joined(separator: ", ")
        return "CREATE UNIQUE INDEX IF NOT EXISTS \(table.name)_key ON \(schema).\(table.name) (\(key))"
    }

    /// Makes an index unless it is there. A session whose client is gone may still be at it: that one is waited for, and then
    /// PostgreSQL finds the name taken that was free before.
    static func makeIndex(_ statement: String, on connection: PostgresConnection) throws(PostgresError) {
        do throws(PostgresError) { try connection.execute(statement) } catch {
            guard error.constraint == "pg_class_relname_nsp_index" else { throw error }
            try connection.execute(statement)
        }
    }

    /// The table's other indexes, each only if it is not there yet.
    static func indexes(_ table: TableDefinition, schema: String) -> [String] {
        table.indexes.map { index in
            let condition = index.condition.map { " WHERE \($0)" } ?? ""
            return "CREATE INDEX IF NOT EXISTS \(index.name) ON \(schema).\(table.name) "
                + "USING \(index.method.rawValue) (\(index.columns.joined(separator: ", ")))\(condition)"
        }
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
            DELETE FROM \(schema).\(table.name) WHERE (tableoid, ctid) IN (
                SELECT tableoid, ctid FROM (
                    SELECT tableoid, ctid, row_number() OVER (PARTITION BY \(key) ORDER BY \(order)) AS place
                    FROM \(schema).\(table.name)) ranked
                WHERE place > 1)
            """
    }
}
