import Domain
import Postgres
import Projections

/// From which day on each table of a view is kept: what an operator's maintenance dropped, in every build of the view.
///
/// It stands in the database and not in a build, so that a rebuild brings nothing back that was dropped and verify
/// compares nothing that is kept no more.
struct RetainedHistory: Sendable {
    /// By table, the first day kept, in days of UTC since 1970.
    private(set) var firstDays: [String: Int32]

    static func read(_ view: String, on connection: PostgresConnection) throws(PostgresError) -> RetainedHistory {
        let rows = try connection.query(
            "SELECT table_name, first_day - date '1970-01-01' FROM tapefold.retained WHERE view = $1", [.text(view)])
        var days: [String: Int32] = [:]
        for row in 0..<rows.rowCount { days[try rows.text(row, 0)] = try rows.int32(row, 1) }
        return RetainedHistory(firstDays: days)
    }

    /// Notes that rows of `table` are kept from `day` on; it never goes back, as what is dropped stays dropped.
    static func raise(
        _ view: String, _ table: String, to day: Int32, on connection: PostgresConnection
    ) throws(PostgresError) {
        try connection.query(
            """
            INSERT INTO tapefold.retained AS r (view, table_name, first_day)
            VALUES ($1, $2, date '1970-01-01' + $3)
            ON CONFLICT (view, table_name) DO UPDATE SET first_day = greatest(r.first_day, EXCLUDED.first_day)
            """, [.text(view), .text(table), .int32(day)])
    }

    /// The condition that a row of `table` is kept; nil where all are.
    func condition(_ table: TableDefinition) -> String? {
        guard let day = firstDays[table.name], let retention = table.retention else { return nil }
        return Self.isKept(retention, from: day)
    }

    static func isKept(_ retention: TableRetention, from day: Int32) -> String {
        retention.isPartitioned
            ? "\(retention.column) >= timestamptz '\(TablePartitions.moment(day))'"
            : "\(retention.column) >= date '\(CivilDate(dayNumber: day))'"
    }
}
