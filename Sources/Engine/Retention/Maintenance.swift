import Domain
import Postgres
import Projections

/// `tapefold db maintain`: drops what views keep no more and clears away what interrupted commands left.
public struct Maintenance {
    /// What is dropped of one table of one build.
    public struct Drop: Sendable {
        public let view: String
        public let build: String
        public let table: String
        /// Rows of days before this one go, in days of UTC since 1970.
        public let before: Int32
        public let partitions: Int
        public let bytes: Int64
        public let rows: Int64
        /// Readers held some of it: the next run takes it.
        public internal(set) var busy = 0
        /// Its build was made before tables had partitions: a replay gives it some.
        public internal(set) var needsReplay = false
    }

    /// A build that no reader sees and nothing works on.
    public struct Leftover: Sendable {
        public let view: String
        public let build: String
        public let why: String
        public let isDropped: Bool
    }

    public struct Outcome: Sendable {
        public internal(set) var drops: [Drop] = []
        public internal(set) var leftovers: [Leftover] = []
        /// Rows of tapefold.change_batch that no stream goes back to: gone, or would go.
        public internal(set) var oldChanges: Int64 = 0
        /// Effects that wait to be published, by view.
        public internal(set) var waitingEffects: [String: Int64] = [:]
        /// Ids of commands that the read API guards no more.
        public internal(set) var forgottenIds: Int64 = 0
    }

    private let connection: PostgresConnection
    private let keptDays: [String: Int]
    private let isDryRun: Bool

    /// - Parameters:
    ///   - keptDays: by table, how many days are kept instead of what its definition says.
    ///   - isDryRun: only says what would go.
    public init(on connection: PostgresConnection, keptDays: [String: Int] = [:], isDryRun: Bool) {
        self.connection = connection
        self.keptDays = keptDays
        self.isDryRun = isDryRun
    }

    public func run(_ views: ViewRegistry) throws(EngineError) -> Outcome {
        var outcome = Outcome()
        for name in views.names {
            let view = try views.fold(named: name).schema
            try inDatabase { () throws(PostgresError) in
                try drop(view, &outcome)
                try clear(view, &outcome)
                try countEffects(view, &outcome)
            }
        }
        try inDatabase { () throws(PostgresError) in outcome.forgottenIds = try forgetIds() }
        outcome.oldChanges = try inDatabase { () throws(PostgresError) in
            try ChangeSQL.pruneAll(on: connection, isDryRun: isDryRun)
        }
        return outcome
    }

    // MARK: - Ids of commands

    /// The read API forgets its clients' keys itself; ids it keeps, and they are as many as there are orders. Behind them
    /// stand the views, which park what comes under a known id with other values.
    private func forgetIds() throws(PostgresError) -> Int64 {
        let old = """
            FROM tapefold.command
            WHERE created_at < now() - $1 * interval '1 day' AND idempotency_key NOT LIKE 'key:%'
            """
        let days = PostgresParameter.int64(EngineLimits.commandIdentityKeptDays)
        guard !isDryRun else { return try connection.query("SELECT count(*) \(old)", [days]).int64(0, 0) }
        return Int64(try connection.query("DELETE \(old)", [days]).commandTuples)
    }

    // MARK: - Old rows

    private func drop(_ view: ViewSchema, _ outcome: inout Outcome) throws(PostgresError) {
        let builds = try BuildCatalog(connection).builds(of: view.name).filter {
            [.live, .retired, .ready].contains($0.status) && $0.fold == view.foldNumber
        }
        guard let live = builds.first(where: { $0.status == .live }) else { return }
        let today = try self.today()
        var firstDays: [String: Int32] = [:]
        for table in view.tables {
            guard let day = try firstDay(of: table, live, today) else { continue }
            firstDays[table.name] = day
        }
        for table in view.tables {
            if case .rows(let other)? = table.retention?.storage { firstDays[table.name] = firstDays[other] }
            guard let day = firstDays[table.name] else { continue }
            if !isDryRun { try RetainedHistory.raise(view.name, table.name, to: day, on: connection) }
            for build in builds {
                if let drop = try drop(table, build, before: day) { outcome.drops.append(drop) }
            }
        }
    }

    private func today() throws(PostgresError) -> Int32 {
        try connection.query("SELECT (now() AT TIME ZONE 'UTC')::date - date '1970-01-01'").int32(0, 0)
    }

    /// The first day that is kept: so many days back from the newest that has rows, or from today where that comes
    /// first. A history that was imported is not old because the years are; a row of the future does not age the others.
    private func firstDay(of table: TableDefinition, _ live: Build, _ today: Int32) throws(PostgresError) -> Int32? {
        guard let retention = table.retention, retention.isPartitioned else { return nil }
        let found = BuildRetention(build: live, table: table, connection: connection)
        guard try found.isPartitioned() else { return nil }
        guard let newest = try found.newestDay() else { return nil }
        let reference = min(today, retention.end(of: newest) - 1)
        return retention.start(of: reference - Int32(keptDays[table.name] ?? retention.keptDays))
    }

    private func drop(
        _ table: TableDefinition, _ build: Build, before day: Int32
    ) throws(PostgresError) -> Drop? {
        let retention = BuildRetention(build: build, table: table, connection: connection)
        if table.retention?.isPartitioned == true, try !retention.isPartitioned() {
            var drop = Drop(
                view: build.view, build: build.name, table: table.name, before: day, partitions: 0, bytes: 0, rows: 0)
            drop.needsReplay = true
            return drop
        }
        let old = try retention.old(before: day)
        guard !old.partitions.isEmpty || old.rows > 0 else { return nil }
        var drop = Drop(
            view: build.view, build: build.name, table: table.name, before: day, partitions: old.partitions.count,
            bytes: old.bytes, rows: old.rows)
        guard !isDryRun else { return drop }
        for partition in old.partitions where try !retention.drop(partition) { drop.busy += 1 }
        if old.rows > 0 { try retention.deleteRows(before: day) }
        return drop
    }

    // MARK: - What is left

    /// A verify that was killed leaves its scratch build: dropped unless one is at work now. Others are an operator's to drop.
    private func clear(_ view: ViewSchema, _ outcome: inout Outcome) throws(PostgresError) {
        for build in try BuildCatalog(connection).builds(of: view.name) {
            switch build.status {
            case .scratch:
                guard try isFree(.verify(view: view.name)) else { continue }
                if !isDryRun { try BuildCatalog(connection).drop(build) }
                outcome.leftovers.append(
                    Leftover(
                        view: view.name, build: build.name, why: "left by a verify that did not end",
                        isDropped: !isDryRun))
            case .building:
                guard try isFree(.replay(view: view.name)) else { continue }
                outcome.leftovers.append(
                    Leftover(
                        view: view.name, build: build.name,
                        why: "a replay that did not end: `tapefold replay \(view.name)` goes on with it",
                        isDropped: false))
            case .retired:
                outcome.leftovers.append(
                    Leftover(
                        view: view.name, build: build.name,
                        why:
                            "was live before: `tapefold views drop \(view.name) \(build.name)` when nobody goes back to it",
                        isDropped: false))
            default: break
            }
        }
    }

    private func isFree(_ lock: BuildLock) throws(PostgresError) -> Bool {
        do throws(EngineError) {
            try lock.take(on: connection)
            return true
        } catch {
            return false
        }
    }

    private func countEffects(_ view: ViewSchema, _ outcome: inout Outcome) throws(PostgresError) {
        let count = try connection.query("SELECT count(*) FROM tapefold.outbox WHERE view = $1", [.text(view.name)])
            .int64(0, 0)
        if count > 0 { outcome.waitingEffects[view.name] = count }
    }
}
