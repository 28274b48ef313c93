import Kafka
import Postgres
import Projections

/// Finds the first day that the log holds whole, and takes over a live build's rows of the days before it.
///
/// A record that retention removed is known by the rows it made: a day is whole when no row of it, nor of a later day,
/// was made of an offset below its partition's first one.
struct HistoryEdge {
    private static let keys = "pg_temp.history_key"
    private let view: ViewConfiguration
    private let window: HistoryWindow
    private let connection: PostgresConnection
    /// By lane, the first offset in the log.
    private let lows: [Int: Int64]

    /// - Parameter start: where the log begins, by lane.
    /// - Returns: nil when the log begins at its beginning, or the view's history is complete.
    init?(_ view: ViewConfiguration, start: [LaneOffsets], on connection: PostgresConnection) throws(EngineError) {
        guard let window = view.definition.history, let topic = view.inputs.first(where: { !$0.isComplete })?.topic
        else { return nil }
        lows = Dictionary(uniqueKeysWithValues: start.map { ($0.lane, $0.next[topic] ?? 0) })
        guard lows.values.contains(where: { $0 > 0 }) else { return nil }
        self.view = view
        self.window = window
        self.connection = connection
        // Outside of the caller's transaction, which may be read-only.
        try inDatabase { () throws(PostgresError) in
            let columns = window.keyColumns.map { "\($0) text COLLATE \"C\"" }.joined(separator: ", ")
            try connection.execute(
                """
                CREATE TEMP TABLE IF NOT EXISTS history_key
                    (\(columns), low bigint, offset_minutes integer, PRIMARY KEY (\(keyList)))
                """)
        }
    }

    private var keyList: String { window.keyColumns.joined(separator: ", ") }

    /// In the caller's transaction: the first whole day of what `live` was made of; nil when nothing of it is gone.
    func firstWholeDay(_ live: Build) throws(PostgresError) -> Int32? {
        try fillKeys(live)
        var last = try CarriedHistory.read(live, on: connection).map { $0.firstDay - 1 }
        for rows in window.rows where !rows.offsets.isEmpty {
            let isGone = rows.offsets.map { "t.\($0) < k.low" }.joined(separator: " OR ")
            let found = try connection.query(
                """
                SELECT (max(\(day(rows))) - date '1970-01-01')::bigint FROM \(live.schema).\(rows.table) t
                JOIN \(Self.keys) k USING (\(keyList)) WHERE \(isGone)
                """)
            if let day = try found.int64IfPresent(0, 0) { last = max(last ?? .min, Int32(day)) }
        }
        return last.map { $0 + 1 }
    }

    /// Which partition each key of the live build has, hence what of it is gone.
    func fillKeys(_ live: Build) throws(PostgresError) {
        try connection.execute("DELETE FROM \(Self.keys)")
        let found = try connection.query("SELECT DISTINCT \(keyList) FROM \(live.schema).\(window.keyTable)")
        let partitioner = view.inputs.first { !$0.isComplete }?.partitioner ?? .murmur2
        let columns = try (0..<window.keyColumns.count).map { (_) throws(PostgresError) in
            try PostgresArrayBuilder(.text)
        }
        let numbers = [try PostgresArrayBuilder(.int64), try PostgresArrayBuilder(.int64)]
        for row in 0..<found.rowCount {
            var key: [String] = []
            for column in columns.indices { key.append(try found.text(row, column)) }
            for (column, text) in zip(columns, key) { column.append(text: text) }
            let lane = partitioner.partition(forKey: Array(window.partitionKey(key).utf8), count: Int32(live.lanes))
            numbers[0].append(integer: lows[Int(lane)] ?? 0)
            numbers[1].append(integer: Int64(window.offsetMinutes(key)))
        }
        let arrays = columns.indices.map { "$\($0 + 1)::text[]" }
        let last = columns.count
        try connection.query(
            """
            INSERT INTO \(Self.keys)
            SELECT * FROM unnest(\(arrays.joined(separator: ", ")), $\(last + 1)::bigint[], $\(last + 2)::bigint[])
            """, (columns + numbers).map { .array($0) })
    }

    /// A row's local day; of keys that only one build has, that of UTC.
    private func day(_ rows: HistoryWindow.Rows) -> String {
        switch rows.day {
        case .date(let column): "t.\(column)"
        case .time(let column):
            "((t.\(column) AT TIME ZONE 'UTC') + make_interval(mins => coalesce(k.offset_minutes, 0)))::date"
        }
    }

    private static func date(_ day: Int32) -> String { "(date '1970-01-01' + \(day))" }

    /// Copies the live build's rows of earlier days; returns how many.
    func carry(from live: Build, to build: Build, before firstDay: Int32) throws(PostgresError) -> Int {
        var count = 0
        for rows in window.rows {
            guard let table = view.definition.tables.first(where: { $0.name == rows.table }) else { continue }
            try checkColumns(table, live)
            try addPartitions(of: table, from: live, to: build)
            let names = table.columns.map(\.name)
            let chosen = names.map { rows.isSeed ? seed($0, rows, firstDay) : "t.\($0)" }.joined(separator: ", ")
            let condition = rows.isSeed ? "" : "WHERE \(day(rows)) < \(Self.date(firstDay))"
            let done = try connection.query(
                """
                INSERT INTO \(build.schema).\(table.name) (\(names.joined(separator: ", ")))
                SELECT \(chosen) FROM \(live.schema).\(table.name) t
                LEFT JOIN \(Self.keys) k USING (\(keyList)) \(condition)
                """)
            count += Int(done.commandTuples)
        }
        return count
    }

    /// The days of the live build's rows get their partitions before the rows come.
    private func addPartitions(
        of table: TableDefinition, from live: Build, to build: Build
    ) throws(PostgresError) {
        guard let retention = table.retention, retention.isPartitioned else { return }
        let days = try connection.query(
            "SELECT DISTINCT (\(retention.column) AT TIME ZONE 'UTC')::date - date '1970-01-01' "
                + "FROM \(live.schema).\(table.name)")
        var starts: Set<Int32> = []
        for row in 0..<days.rowCount { starts.insert(retention.start(of: try days.int32(row, 0))) }
        for start in starts.sorted() {
            _ = try TablePartitions.add(table, start, schema: build.schema, isIndexed: false, on: connection)
        }
    }

    /// Puts only the seeds of later rows into `build`: enough to fold the whole days again.
    func seed(from live: Build, to build: Build, before firstDay: Int32) throws(PostgresError) {
        for rows in window.rows where rows.isSeed {
            guard let table = view.definition.tables.first(where: { $0.name == rows.table }) else { continue }
            let names = table.columns.map(\.name)
            try connection.query(
                """
                INSERT INTO \(build.schema).\(table.name) (\(names.joined(separator: ", ")))
                SELECT \(names.map { seed($0, rows, firstDay) }.joined(separator: ", "))
                FROM \(live.schema).\(table.name) t LEFT JOIN \(Self.keys) k USING (\(keyList))
                WHERE \(day(rows)) >= \(Self.date(firstDay))
                """)
        }
    }

    /// A column's value; of a row of a whole day, set back before it.
    private func seed(_ column: String, _ rows: HistoryWindow.Rows, _ firstDay: Int32) -> String {
        guard case .time(let time) = rows.day else { return "t.\(column)" }
        let isLater = "\(day(rows)) >= \(Self.date(firstDay))"
        if column == time {
            let start =
                "(\(Self.date(firstDay))::timestamp - make_interval(mins => coalesce(k.offset_minutes, 0))) AT TIME ZONE 'UTC'"
            return "CASE WHEN \(isLater) THEN \(start) - interval '1 microsecond' ELSE t.\(column) END"
        }
        return rows.offsets.contains(column) ? "CASE WHEN \(isLater) THEN -1 ELSE t.\(column) END" : "t.\(column)"
    }

    private func checkColumns(_ table: TableDefinition, _ live: Build) throws(PostgresError) {
        let found = try connection.query(
            """
            SELECT attname::text FROM pg_attribute
            WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
            """, [.text("\(live.schema).\(table.name)")])
        let there = Set(try (0..<found.rowCount).map { (row) throws(PostgresError) in try found.text(row, 0) })
        let missing = table.columns.map(\.name).filter { !there.contains($0) }
        guard missing.isEmpty else {
            throw .usage(
                "the log no longer holds all of view \(view.name), and build \(live.name) has no column "
                    + "\(missing.joined(separator: ", ")) in \(table.name) to take over: restore the topic's first records"
            )
        }
    }

    /// What a verify compares of a table: the rows of whole days that fulfil the condition.
    func selection(
        of table: TableDefinition, schema: String, from firstDay: Int32, where condition: String? = nil
    ) -> String? {
        guard let rows = window.rows(of: table.name) else { return nil }
        let columns = table.columns.map { "t.\($0.name)" }.joined(separator: ", ")
        let order = table.key.map { "t.\($0)" }.joined(separator: ", ")
        let filter = condition.map { " AND t.\($0)" } ?? ""
        return """
            SELECT \(columns) FROM \(schema).\(table.name) t LEFT JOIN \(Self.keys) k USING (\(keyList))
            WHERE \(day(rows)) >= \(Self.date(firstDay))\(filter) ORDER BY \(order)
            """
    }
}
