import Postgres
import Projections

/// A relation of schema `api` or of a build, with its columns in order.
///
/// Columns of `api` are only ever appended. A build of an earlier fold, put back in place of a later one, shows null in
/// the columns that it lacks, so that what readers ask for stays there.
struct PublishedRelation {
    struct Column: Equatable {
        let name: String
        /// As SQL writes it, with its modifier.
        let type: String
    }

    let name: String
    let columns: [Column]

    /// nil when there is no such relation.
    static func read(
        _ name: String, in schema: String, on connection: PostgresConnection
    ) throws(PostgresError) -> PublishedRelation? {
        let rows = try connection.query(
            """
            SELECT a.attname, format_type(a.atttypid, a.atttypmod)
                || CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || quote_ident(l.collname) ELSE '' END
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_collation l ON l.oid = a.attcollation
            JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """, [.text(schema), .text(name)])
        guard rows.rowCount > 0 else { return nil }
        var columns: [Column] = []
        for row in 0..<rows.rowCount {
            columns.append(Column(name: try rows.text(row, 0), type: try rows.text(row, 1)))
        }
        return PublishedRelation(name: name, columns: columns)
    }

    /// The names of a build's relations, as schema `api` has them.
    static func names(of build: Build, on connection: PostgresConnection) throws(PostgresError) -> [String] {
        let rows = try connection.query(
            """
            SELECT substr(relname, 5) FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'v'
                AND starts_with(relname, 'api_') ORDER BY relname
            """, [.text(build.schema)])
        var names: [String] = []
        for row in 0..<rows.rowCount { names.append(try rows.text(row, 0)) }
        return names
    }

    /// What to select from `own`, the same relation of a build, so that it can take this one's place.
    func selection(from own: PublishedRelation) -> String {
        let kept = columns.map { column in
            own.columns.contains { $0.name == column.name } ? column.name : "NULL::\(column.type) AS \(column.name)"
        }
        let appended = own.columns.map(\.name).filter { name in !columns.contains { $0.name == name } }
        return (kept + appended).joined(separator: ", ")
    }

    /// The columns that `own` lacks or has with another type.
    func lost(in own: PublishedRelation) -> [Column] { columns.filter { !own.columns.contains($0) } }

    /// Those whose type differs.
    func retyped(in own: PublishedRelation) -> [Column] {
        lost(in: own).filter { column in own.columns.contains { $0.name == column.name } }
    }
}
