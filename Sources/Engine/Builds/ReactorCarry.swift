import Kafka
import Postgres
import Projections

/// Takes a reactor's state over to a build of this program's fold, when that has another number than the live one's.
///
/// Nothing is folded again, so nothing is decided again: rows, checkpoints and parked events go over as they are, in one
/// transaction, and what was told stays told. Columns that are new are null, those that are gone are left behind; so the
/// program of before can carry the state back.
struct ReactorCarry {
    private let view: ViewConfiguration
    private let configuration: WorkerConfiguration
    private let options: ReplayOptions
    private let begun = ContinuousClock.now

    init(_ view: ViewConfiguration, _ configuration: WorkerConfiguration, _ options: ReplayOptions) {
        self.view = view
        self.configuration = configuration
        self.options = options
    }

    /// - Throws: `EngineError`; the live build is then as it was.
    func run(_ observer: ReplayObserver) throws(EngineError) -> ReplaySummary {
        let connection = try inDatabase { () throws(PostgresError) in
            try PostgresConnection.connect(configuration.laneDatabase)
        }
        try BuildLock.replay(view: view.name).take(on: connection)
        let consumer = try inKafka { () throws(KafkaError) in
            try KafkaConsumer(configuration: configuration.kafka, groupId: nil)
        }
        defer { consumer.close() }
        try BuildPreparation.run(view, configuration, consumer: consumer, rebuilds: true)
        let catalog = BuildCatalog(connection)
        guard let live = try inDatabase({ () throws(PostgresError) in try catalog.liveBuild(of: view.name) }) else {
            throw EngineError(.build, "reactor \(view.name) has no live build; start its processor first")
        }
        guard live.fold != view.definition.foldNumber else { return try refuse() }
        guard options.goesLive else {
            throw EngineError(
                .build, "\(view.name) is a reactor: its state is carried over and live at once; leave out --no-swap")
        }
        try FoldWorkers(view, configuration.kafka, isNeeded: options.needsWorker).check(over: live)
        let build = try inDatabase { () throws(PostgresError) in
            try catalog.carryReactor(view.definition, from: live, keeping: options.keptBuilds)
        }
        return try summary(of: build, in: catalog, replaced: live, observer)
    }

    private func refuse() throws(EngineError) -> ReplaySummary {
        try view.requireRebuildable()
        throw EngineError(.build, "\(view.name) is not a reactor")
    }

    private func summary(
        of build: Build, in catalog: BuildCatalog, replaced live: Build, _ observer: ReplayObserver
    ) throws(EngineError) -> ReplaySummary {
        observer(ReplayProgress(phase: .done, build: build.name, records: 0, total: 0, rate: 0, secondsLeft: 0))
        return ReplaySummary(
            view: view.name, build: build.name, replaced: live.name, records: 0,
            seconds: (ContinuousClock.now - begun).inSeconds, wasResumed: false,
            parked: try inDatabase { () throws(PostgresError) in try catalog.parkedCount(of: build) }, skipped: 0,
            isLive: true, hasSpilled: false, hasHeldLanes: false)
    }
}

extension BuildCatalog {
    /// Makes a live build of a reactor's fold with the state of its live one, which may be of a later fold too.
    /// - Throws: `.usage` when a table of before has no value for a column that must have one.
    func carryReactor(_ view: ViewSchema, from live: Build, keeping: Int) throws(PostgresError) -> Build {
        let build = try connection.transaction { () throws(PostgresError) in
            try lockCatalog(of: view.name)
            try connection.execute("SET LOCAL lock_timeout = \(EngineLimits.swapLockMilliseconds)")
            // From here on the live lanes commit nothing: what is copied is what their checkpoints say.
            try connection.query(
                "SELECT 1 FROM tapefold.lane WHERE view = $1 AND build = $2 ORDER BY lane FOR UPDATE",
                [.text(view.name), .text(live.name)])
            let build = try create(
                view, lanes: live.lanes, status: .building, indexed: true, start: try checkpoints(of: live))
            for table in view.tables { try carry(table.name, from: live.schema, to: build.schema) }
            try connection.query(
                "UPDATE tapefold.parked_event SET build = $3 WHERE view = $1 AND build = $2",
                [.text(view.name), .text(live.name), .text(build.name)])
            try BuildSwap.promote(build, over: live, view, on: connection)
            return build
        }
        for old in try retiredBuilds(of: view.name).dropFirst(keeping) { try drop(old) }
        return try liveBuild(of: view.name) ?? build
    }

    /// A table that the build of before does not have stays empty.
    private func carry(_ table: String, from old: String, to new: String) throws(PostgresError) {
        let rows = try connection.query(
            """
            SELECT n.column_name, n.is_nullable = 'YES', o.column_name IS NOT NULL, o.data_type = n.data_type
            FROM information_schema.columns n LEFT JOIN information_schema.columns o
                ON o.table_schema = $1 AND o.table_name = n.table_name AND o.column_name = n.column_name
            WHERE n.table_schema = $2 AND n.table_name = $3 AND to_regclass($1 || '.' || $3) IS NOT NULL
            ORDER BY n.ordinal_position
            """, [.text(old), .text(new), .text(table)])
        var shared: [String] = []
        for row in 0..<rows.rowCount {
            let column = try rows.text(row, 0)
            guard try rows.bool(row, 2) else {
                guard try rows.bool(row, 1) else { throw Self.missing(column, table) }
                continue
            }
            guard try rows.bool(row, 3) else { throw Self.missing(column, table) }
            shared.append(column)
        }
        guard !shared.isEmpty else { return }
        let list = shared.joined(separator: ", ")
        try connection.execute("INSERT INTO \(new).\(table) (\(list)) SELECT \(list) FROM \(old).\(table)")
    }

    private static func missing(_ column: String, _ table: String) -> PostgresError {
        .usage(
            "table \(table) of the live build has no value for column \(column): a reactor's state is carried over as it is, so "
                + "a new fold may only add columns that may be null, and keep the types of the others")
    }
}
