import Domain
import Postgres
import Projections

/// The partitions that one session knows to be there, and those that it makes when rows for them come.
struct TablePartitions {
    let schema: String
    private let view: ViewSchema
    private let isIndexed: Bool
    /// By table, first days: what is there, or could not be had.
    private var known: [Set<Int32>]

    /// - Parameter isIndexed: false while a rebuild fills the table in bulk.
    init(_ view: ViewSchema, schema: String, isIndexed: Bool = true) {
        self.view = view
        self.schema = schema
        self.isIndexed = isIndexed
        known = view.tables.map { _ in [] }
    }

    /// Whether some of the rows may go to a partition that is not there yet.
    func lacks(_ writes: WriteSet) -> Bool {
        for (table, writes) in writes.tables.enumerated() where !writes.partitions.isSubset(of: known[table]) {
            return true
        }
        return false
    }

    /// Makes what is missing, and a few partitions ahead of the newest, so that the next ones are seldom made in a hurry.
    mutating func add(for writes: WriteSet, on connection: PostgresConnection) throws(PostgresError) {
        for (table, writes) in writes.tables.enumerated() {
            let missing = writes.partitions.subtracting(known[table]).sorted()
            guard let newest = missing.last, let retention = view.tables[table].retention else { continue }
            var starts = missing
            var next = newest
            for _ in 0..<EngineLimits.partitionsAhead {
                next = retention.end(of: next)
                if !known[table].contains(next) { starts.append(next) }
            }
            for start in starts {
                _ = try Self.add(view.tables[table], start, schema: schema, isIndexed: isIndexed, on: connection)
                known[table].insert(start)
            }
        }
    }

    /// Makes the partition that begins with day `start`.
    /// - Returns: false where it can't be had now; its rows go to the rest.
    static func add(
        _ table: TableDefinition, _ start: Int32, schema: String, isIndexed: Bool, on connection: PostgresConnection
    ) throws(PostgresError) -> Bool {
        guard let retention = table.retention, retention.isPartitioned else { return false }
        let answer = try connection.query(
            """
            SELECT tapefold.add_partition($1, $2, $3, $4::timestamptz, $5::timestamptz, $6, $7)
            """,
            [
                .text(schema), .text(table.name), .text(suffix(start)), .text(moment(start)),
                .text(moment(retention.end(of: start))), .text(BuildSQL.storage(table, indexed: isIndexed)),
                .int32(Int32(EngineLimits.partitionsPerTable)),
            ])
        return try answer.bool(0, 0)
    }

    /// `20260105`: behind the table's name, the partition's.
    static func suffix(_ start: Int32) -> String {
        String(CivilDate(dayNumber: start).description.filter { $0 != "-" })
    }

    /// The first day of the partition with this suffix; nil for the rest.
    static func start(suffix: Substring) -> Int32? {
        guard suffix.count == 8, let number = Int(suffix) else { return nil }
        return CivilDate(year: number / 10_000, month: number / 100 % 100, day: number % 100)?.dayNumber
    }

    static func moment(_ day: Int32) -> String { "\(CivilDate(dayNumber: day)) 00:00:00+00" }
}
