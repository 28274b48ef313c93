import Domain
import Events
import Postgres
import Projections
import Supervision
import Testing

@testable import Engine

/// What is too old goes by whole partitions, and stays gone.
@Suite struct MaintenanceTests {
    private struct Rig {
        let connection: PostgresConnection
        let view: ViewConfiguration
        let build: Build

        init() throws {
            connection = try PostgresConnection.connect(
                try PostgresConfiguration(url: try TemporaryPostgres.shared().freshDatabase()))
            try Migrations.run(on: connection)
            view = try ViewRegistry.standard.configuration(of: "market", in: Topology.standard())
            let start = (0..<view.lanes).map { LaneOffsets(lane: $0, next: ["market.updates": 0]) }
            build = try BuildCatalog(connection).ensureLiveBuild(
                of: view.definition, lanes: view.lanes, start: start)
        }

        func table(_ name: String) throws -> TableDefinition {
            try #require(view.definition.tables.first { $0.name == name })
        }

        /// A tick and a daily candle of each day.
        func add(_ first: Int32, _ last: Int32, partitioned: Bool = true) throws {
            let (ticks, candles) = (try table("ticks"), try table("candles"))
            for day in first...last where partitioned {
                _ = try TablePartitions.add(ticks, day, schema: build.schema, isIndexed: true, on: connection)
                let month = try #require(candles.retention).start(of: day)
                _ = try TablePartitions.add(candles, month, schema: build.schema, isIndexed: true, on: connection)
            }
            try connection.execute(
                """
                INSERT INTO \(build.schema).ticks (exchange, symbol, tick_at, event_hash, price_e8, log_offset)
                SELECT 'NSE', 'TCS', (date '1970-01-01' + d)::timestamp AT TIME ZONE 'UTC' + interval '5 hours', d, 1, d
                FROM generate_series(\(first), \(last)) d ON CONFLICT DO NOTHING;
                INSERT INTO \(build.schema).candles (exchange, symbol, interval_code, start_at, trading_day, open_e8,
                    high_e8, low_e8, close_e8, volume, partial, last_tick_at)
                SELECT 'NSE', 'TCS', '1d', (date '1970-01-01' + d)::timestamp AT TIME ZONE 'UTC' + interval '4 hours',
                    date '1970-01-01' + d, 1, 1, 1, 1, 1, false, now()
                FROM generate_series(\(first), \(last)) d ON CONFLICT DO NOTHING;
                INSERT INTO \(build.schema).candle_days (exchange, symbol, trading_day, volume_mode)
                SELECT 'NSE', 'TCS', date '1970-01-01' + d, 0 FROM generate_series(\(first), \(last)) d
                ON CONFLICT DO NOTHING
                """)
        }

        func count(_ table: String) throws -> Int64 {
            try connection.query("SELECT count(*) FROM \(build.schema).\(table)").int64(0, 0)
        }

        func first(_ table: String, _ column: String) throws -> String {
            try connection.query(
                "SELECT min((\(column) AT TIME ZONE 'UTC')::date)::text FROM \(build.schema).\(table)"
            ).text(0, 0)
        }

        func maintain(_ kept: [String: Int], dryRun: Bool = false) throws -> Maintenance.Outcome {
            try Maintenance(on: connection, keptDays: kept, isDryRun: dryRun).run(.standard)
        }
    }

    // 2026-01-01.
    private static let newYear: Int32 = 20_454

    /// Lanes that stand still prune nothing themselves. A lane's last row stays: streams tell their place by it.
    @Test func oldViewChangesGoButForEachLanesLast() throws {
        let rig = try Rig()
        try rig.connection.execute(
            """
            INSERT INTO tapefold.change_batch (view, lane, changed_at, user_ids)
            SELECT view, lane, now() - age * interval '1 minute', ARRAY['u1']
            FROM (VALUES ('market', 0, 200), ('market', 0, 100), ('market', 0, 1), ('gone', 1, 300), ('gone', 1, 200), ('cash', 2, 9))
                AS t(view, lane, age)
            """)
        #expect(try rig.maintain([:], dryRun: true).oldChanges == 3)
        #expect(try rig.maintain([:]).oldChanges == 3)
        let left = try rig.connection.query("SELECT view || lane FROM tapefold.change_batch ORDER BY 1")
        #expect(try (0..<left.rowCount).map { try left.text($0, 0) } == ["cash2", "gone1", "market0"])
        #expect(try rig.maintain([:]).oldChanges == 0)
    }

    @Test func dropsWholePartitionsOlderThanIsKept() throws {
        let rig = try Rig()
        try rig.add(Self.newYear - 60, Self.newYear + 19)
        let said = try rig.maintain(["ticks": 30, "candles": 40], dryRun: true)
        #expect(try rig.count("ticks") == 80)
        let outcome = try rig.maintain(["ticks": 30, "candles": 40])
        #expect(said.drops.map(\.partitions) == outcome.drops.map(\.partitions))
        #expect(try rig.first("ticks", "tick_at") == "2025-12-21")
        // A month goes when all of it is too old: 40 days before 20 January is 11 December.
        #expect(try rig.first("candles", "start_at") == "2025-12-01")
        #expect(try rig.count("candle_days") == 51)
        #expect(try rig.maintain(["ticks": 30, "candles": 40]).drops.isEmpty)
    }

    @Test func idsOfCommandsAreForgottenAfterALongTime() throws {
        let rig = try Rig()
        try rig.connection.execute(
            """
            INSERT INTO tapefold.command (user_id, idempotency_key, request_hash, event_id, event_time, created_at)
            SELECT 'u1', k, '', 'e', now(), now() - d * interval '1 day'
            FROM (VALUES ('orders.placed orderId:old', 401), ('orders.placed orderId:new', 399), ('key:old', 401)) v (k, d)
            """)
        #expect(try rig.maintain([:], dryRun: true).forgottenIds == 1)
        #expect(try rig.maintain([:]).forgottenIds == 1)
        #expect(try rig.maintain([:]).forgottenIds == 0)
        let left = try rig.connection.query("SELECT idempotency_key FROM tapefold.command ORDER BY 1")
        #expect(try (0..<left.rowCount).map { try left.text($0, 0) } == ["key:old", "orders.placed orderId:new"])
    }

    @Test func oldHistoryIsKeptByItsOwnNewestDay() throws {
        let rig = try Rig()
        try rig.add(Self.newYear - 3_600, Self.newYear - 3_580)
        #expect(try rig.maintain([:]).drops.isEmpty)
        #expect(try rig.count("ticks") == 21)
        // One tick with a time in a far future does not age the others beyond today.
        try rig.add(Self.newYear + 40_000, Self.newYear + 40_000)
        #expect(try rig.maintain(["ticks": 36_000, "candles": 36_000]).drops.isEmpty)
    }

    @Test func rowsWithoutAPartitionGoToTheRestAndAreDroppedFromThere() throws {
        let rig = try Rig()
        try rig.add(Self.newYear - 50, Self.newYear - 45, partitioned: false)
        try rig.add(Self.newYear, Self.newYear)
        // The rest has rows of that day, so it can have no partition any more.
        let ticks = try rig.table("ticks")
        #expect(
            try !TablePartitions.add(
                ticks, Self.newYear - 50, schema: rig.build.schema, isIndexed: true, on: rig.connection))
        let outcome = try rig.maintain(["ticks": 10])
        #expect(outcome.drops.first { $0.table == "ticks" }?.rows == 6)
        #expect(try rig.count("ticks") == 1)
    }

    @Test func aReaderPutsTheDropOffAndIsNotDisturbed() throws {
        let rig = try Rig()
        try rig.add(Self.newYear - 20, Self.newYear)
        let url = rig.connection.configuration
        let reader = try PostgresConnection.connect(url)
        try reader.begin(.repeatableRead, readOnly: true)
        _ = try reader.query("SELECT count(*) FROM \(rig.build.schema).ticks")
        let outcome = try rig.maintain(["ticks": 19, "candles": 1_000])
        #expect(outcome.drops.first { $0.table == "ticks" }?.busy == 1)
        #expect(try reader.query("SELECT count(*) FROM \(rig.build.schema).ticks").int64(0, 0) == 21)
        try reader.commit()
        #expect(try rig.maintain(["ticks": 19, "candles": 1_000]).drops.first?.busy == 0)
        #expect(try rig.count("ticks") == 20)
    }

    @Test func whatWasDroppedIsNoPartOfLaterBuilds() throws {
        let rig = try Rig()
        try rig.add(Self.newYear - 20, Self.newYear)
        _ = try rig.maintain(["ticks": 5])
        let retained = try RetainedHistory.read("market", on: rig.connection)
        #expect(retained.condition(try rig.table("ticks")) == "tick_at >= timestamptz '2025-12-27 00:00:00+00'")
        #expect(retained.condition(try rig.table("quotes")) == nil)
        // A late tick of a day that is gone, and a whole old partition, in a build that is being made.
        try rig.add(Self.newYear - 19, Self.newYear - 18, partitioned: false)
        try BuildRetention.apply(retained, rig.build, rig.view.definition, on: rig.connection)
        #expect(try rig.count("ticks") == 6)
    }

    /// A commit of rows of a new day makes the day's partition and the next ones; further commits ask nothing.
    @Test func lanesMakePartitionsForTheRowsThatCome() throws {
        let rig = try Rig()
        let writes = WriteSet(rig.view.definition, insertLayout: .arrays)
        var partitions = TablePartitions(rig.view.definition, schema: rig.build.schema)
        #expect(!partitions.lacks(writes))
        let day = Int64(Timestamp.microsecondsPerDay)
        writes.tables[0].touch(microseconds: Int64(Self.newYear) * day)
        writes.tables[0].touch(microseconds: Int64(Self.newYear + 1) * day - 1)
        writes.tables[3].touch(microseconds: Int64(Self.newYear) * day)
        #expect(writes.tables[0].partitions == [Self.newYear])
        #expect(partitions.lacks(writes))
        try partitions.add(for: writes, on: rig.connection)
        #expect(!partitions.lacks(writes))
        let found = try rig.connection.query(
            """
            SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relispartition AND c.relkind = 'r'
            """, [.text(rig.build.schema)])
        #expect(
            try found.text(0, 0)
                == "candles_20260101 candles_20260201 candles_20260301 candles_20260401 candles_rest "
                + "ticks_20260101 ticks_20260102 ticks_20260103 ticks_20260104 ticks_rest")
    }
}
