import Postgres
import Projections

/// A lane's session with PostgreSQL.
final class PostgresLaneStore: LaneStore {
    let view: ViewConfiguration
    let connection: PostgresConnection
    /// The statements for the build that was last asked for.
    private var tables: ViewStore?
    private var partitions: TablePartitions?

    init(_ view: ViewConfiguration, on connection: PostgresConnection) {
        self.view = view
        self.connection = connection
    }

    var isInTransaction: Bool { connection.isInTransaction }
    var isAlive: Bool { connection.isAlive }

    func attempt<T>(_ body: () throws(PostgresError) -> T) throws(LaneFailure) -> T {
        do throws(PostgresError) { return try body() } catch { throw .from(error) }
    }

    private func tables(of claim: LaneClaim) -> ViewStore {
        if let tables, tables.schema == claim.schema { return tables }
        let made = ViewStore(view.definition, schema: claim.schema)
        tables = made
        return made
    }

    func checkpoints() throws(LaneFailure) -> [LaneOffsets] {
        try attempt { () throws(PostgresError) in
            let catalog = BuildCatalog(connection)
            guard let live = try catalog.liveBuild(of: view.name) else { return [] }
            return try catalog.checkpoints(of: live)
        }
    }

    func parkedKeys(_ claim: LaneClaim) throws(LaneFailure) -> [ParkedKey] {
        try attempt { () throws(PostgresError) in
            let found = try connection.cachedQuery(
                """
                SELECT parking_key, count(*) FROM tapefold.parked_event
                WHERE view = $1 AND build = $2 AND lane = $3 GROUP BY parking_key
                """, [.text(view.name), .text(claim.build), .int32(Int32(claim.lane))])
            var keys: [ParkedKey] = []
            for row in 0..<found.rowCount {
                keys.append(
                    ParkedKey(key: try found.textIfPresent(row, 0), count: Int(try found.int64(row, 1))))
            }
            return keys
        }
    }

    func read(_ requests: [ReadRequest], _ claim: LaneClaim) throws(LaneFailure) -> [any RowSource] {
        try attempt { () throws(PostgresError) in try tables(of: claim).read(requests, on: connection) }
    }

    /// Once a day and table, and apart from the batch's transaction.
    private func addPartitions(_ writes: WriteSet, _ schema: String) throws(LaneFailure) {
        var known = partitions ?? TablePartitions(view.definition, schema: schema)
        if known.schema != schema { known = TablePartitions(view.definition, schema: schema) }
        defer { partitions = known }
        guard known.lacks(writes) else { return }
        do throws(PostgresError) { try known.add(for: writes, on: connection) } catch { throw .from(error) }
    }

    /// The fence, the rows and the COMMIT leave as one pipeline: nothing of it counts unless the lane is still the claim's.
    /// Where a table gets many rows, COPY takes them between two pipelines. Inside a transaction of the caller's, BEGIN and
    /// COMMIT are the caller's too.
    func commit(_ commit: LaneCommit) throws(LaneFailure) -> Int {
        let isOwn = !isInTransaction
        let tables = tables(of: commit.claim)
        try addPartitions(commit.writes, tables.schema)
        return try attempt { () throws(PostgresError) in
            do throws(PostgresError) {
                return try store(commit, in: tables, isOwn: isOwn)
            } catch {
                if isOwn { connection.rollbackIfOpen() }
                throw error
            }
        }
    }

    private func store(_ commit: LaneCommit, in tables: ViewStore, isOwn: Bool) throws(PostgresError) -> Int {
        var statements = isOwn ? 2 : 0
        let fence = try Fence.parameters(commit.claim, view: view, next: commit.next)
        func begin(_ pipeline: PostgresPipeline) throws(PostgresError) {
            if isOwn { _ = try pipeline.addCached("BEGIN") }
            _ = try pipeline.addCached(Fence.sql, fence)
            statements += try tables.addChanges(commit.writes, to: pipeline) + 1
        }
        let hasCopies = tables.hasCopies(commit.writes)
        if hasCopies {
            try connection.pipeline(begin)
            statements += try tables.copyInserts(commit.writes, on: connection)
        }
        try connection.pipeline { (pipeline) throws(PostgresError) in
            if !hasCopies { try begin(pipeline) }
            statements += try tables.addInserts(commit.writes, to: pipeline)
            statements += try addRest(commit, to: pipeline)
            if isOwn { _ = try pipeline.addCached("COMMIT") }
            statements += try ChangeSQL.wake(commit, through: pipeline)
        }
        return statements
    }

    /// Adds all but the rows of the view's tables; returns how many statements that took.
    private func addRest(_ commit: LaneCommit, to pipeline: PostgresPipeline) throws(PostgresError) -> Int {
        var statements = try ParkedRows.add(commit.parked, commit.claim, view: view.name, to: pipeline)
        if let changes = commit.parking {
            statements += try ParkedChanges.add(changes, commit.claim, view: view.name, to: pipeline)
        }
        if let effects = commit.effects { statements += try OutboxSQL.add(effects, commit, view, to: pipeline) }
        if let changes = commit.changes {
            statements += try ChangeSQL.add(changes, commit, view: view.name, to: pipeline)
        }
        return statements
    }
}

/// Sessions for live lanes.
package struct PostgresLaneDatabase: LaneDatabase {
    let view: ViewConfiguration
    let configuration: PostgresConfiguration

    package init(view: ViewConfiguration, configuration: PostgresConfiguration) {
        self.view = view
        self.configuration = configuration
    }

    package func open(stop: StopSignal) throws(LaneFailure) -> any LaneStore {
        do throws(PostgresError) {
            return PostgresLaneStore(view, on: try PostgresConnection.connect(configuration) { stop.isSet })
        } catch {
            throw .from(error)
        }
    }
}
