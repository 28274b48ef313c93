import Domain
import Postgres
import Projections

/// The builds of views as the database knows them.
public struct BuildCatalog {
    let connection: PostgresConnection

    public init(_ connection: PostgresConnection) { self.connection = connection }

    private static let columns =
        "view, fold, number, schema_name, lanes, status, indexed, copy_name, as_of, as_of_offsets"

    public func builds(of view: String? = nil) throws(PostgresError) -> [Build] {
        let filter = view == nil ? "" : " WHERE view = $1"
        return try read(
            "SELECT \(Self.columns) FROM tapefold.build\(filter) ORDER BY view, fold, number",
            view.map { [.text($0)] } ?? [])
    }

    public func liveBuild(of view: String) throws(PostgresError) -> Build? {
        try read("SELECT \(Self.columns) FROM tapefold.build WHERE view = $1 AND status = 'live'", [.text(view)]).first
    }

    private func read(_ sql: String, _ parameters: [PostgresParameter]) throws(PostgresError) -> [Build] {
        let rows = try connection.query(sql, parameters)
        var builds: [Build] = []
        for row in 0..<rows.rowCount {
            builds.append(
                Build(
                    view: try rows.text(row, 0), fold: Int(try rows.int32(row, 1)), number: Int(try rows.int32(row, 2)),
                    lanes: Int(try rows.int32(row, 4)),
                    status: Build.Status(rawValue: try rows.text(row, 5)) ?? .retired,
                    isIndexed: try rows.bool(row, 6), schema: try rows.text(row, 3), copy: try copy(rows, row)))
        }
        return builds
    }

    private func copy(_ rows: PostgresResult, _ row: Int) throws(PostgresError) -> BuildCopy? {
        guard let name = try rows.textIfPresent(row, 7) else { return nil }
        guard let text = try rows.textIfPresent(row, 9) else {
            return BuildCopy(name: name, cut: .time(Timestamp(microseconds: try rows.timestamptz(row, 8))))
        }
        do throws(EngineError) {
            return BuildCopy(name: name, cut: .offsets(try LogPositions(parsing: text)))
        } catch {
            throw .usage("copy \(name): \(error.message)")
        }
    }

    /// The live build, made from the log's start if there is none. Several workers may ask at once.
    ///
    /// - Parameter effectMarks: what lies before is history to a view's first build, and no news to anybody.
    public func ensureLiveBuild(
        of view: ViewSchema, lanes: Int, start: [LaneOffsets], effectMarks: [LaneOffsets] = []
    ) throws(PostgresError) -> Build {
        try connection.transaction { () throws(PostgresError) in
            try lockCatalog(of: view.name)
            if let live = try liveBuild(of: view.name) { return live }
            let build = try create(view, lanes: lanes, status: .live, indexed: true, start: start)
            try setEffectMarks(of: view.name, effectMarks)
            try BuildPublication.publish(build, over: nil, view, on: connection)
            return build
        }
    }

    /// Marks that are there already stay: an earlier build emitted up to them.
    private func setEffectMarks(of view: String, _ marks: [LaneOffsets]) throws(PostgresError) {
        for lane in marks {
            for (topic, offset) in lane.next.sorted(by: { $0.key < $1.key }) {
                try connection.query(
                    """
                    INSERT INTO tapefold.effect_mark (view, topic, partition, next_offset) VALUES ($1, $2, $3, $4)
                    ON CONFLICT DO NOTHING
                    """, [.text(view), .text(topic), .int32(Int32(lane.lane)), .int64(offset)])
            }
        }
    }

    /// Makes a new build with the next free number, in a transaction of its own.
    public func makeBuild(
        of view: ViewSchema, lanes: Int, status: Build.Status, start: [LaneOffsets], copy: BuildCopy? = nil
    ) throws(PostgresError) -> Build {
        try connection.transaction { () throws(PostgresError) in
            try lockCatalog(of: view.name)
            return try create(view, lanes: lanes, status: status, indexed: false, start: start, copy: copy)
        }
    }

    func lockCatalog(of view: String) throws(PostgresError) {
        try connection.query(
            "SELECT pg_advisory_xact_lock(hashtextextended('tapefold.build.' || $1, 0))", [.text(view)])
    }

    func create(
        _ view: ViewSchema, lanes: Int, status: Build.Status, indexed: Bool, start: [LaneOffsets],
        copy: BuildCopy? = nil
    ) throws(PostgresError) -> Build {
        let numbers = try connection.query(
            "SELECT coalesce(max(number), 0) FROM tapefold.build WHERE view = $1 AND fold = $2",
            [.text(view.name), .int32(Int32(view.foldNumber))])
        let build = Build(
            view: view.name, fold: view.foldNumber, number: Int(try numbers.int32(0, 0)) + 1, lanes: lanes,
            status: status, isIndexed: indexed, copy: copy)
        try connection.execute(BuildSQL.create(build, view, indexed: indexed))
        try connection.query(
            """
            INSERT INTO tapefold.build
                (view, build, fold, number, schema_name, status, lanes, indexed, live_at, copy_name, as_of, as_of_offsets)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN $6 = 'live' THEN now() END, $9, $10::timestamptz, $11)
            """,
            [
                .text(view.name), .text(build.name), .int32(Int32(build.fold)), .int32(Int32(build.number)),
                .text(build.schema), .text(status.rawValue), .int32(Int32(lanes)), .bool(indexed),
            ] + Self.parameters(of: copy))
        try HeededDecisions.addAll(of: view.name, to: build.name, on: connection)
        try insertLanes(of: build, start: start)
        return build
    }

    private static func parameters(of copy: BuildCopy?) -> [PostgresParameter] {
        guard let copy else { return [.null(.text), .null(.text), .null(.text)] }
        switch copy.cut {
        case .time(let time): return [.text(copy.name), .text(time.description), .null(.text)]
        case .offsets(let positions): return [.text(copy.name), .null(.text), .text(positions.description)]
        }
    }

    func insertLanes(of build: Build, start: [LaneOffsets]) throws(PostgresError) {
        for offsets in start {
            try connection.query(
                "INSERT INTO tapefold.lane (view, build, lane, live) VALUES ($1, $2, $3, $4)",
                [.text(build.view), .text(build.name), .int32(Int32(offsets.lane)), .bool(build.status == .live)])
            for (topic, offset) in offsets.next.sorted(by: { $0.key < $1.key }) {
                try connection.query(
                    "INSERT INTO tapefold.checkpoint (view, build, lane, topic, next_offset) VALUES ($1, $2, $3, $4, $5)",
                    [
                        .text(build.view), .text(build.name), .int32(Int32(offsets.lane)), .text(topic),
                        .int64(offset),
                    ])
            }
        }
    }

    /// Every lane's checkpoints of a build.
    public func checkpoints(of build: Build) throws(PostgresError) -> [LaneOffsets] {
        let rows = try connection.query(
            "SELECT lane, topic, next_offset FROM tapefold.checkpoint WHERE view = $1 AND build = $2 ORDER BY lane, topic",
            [.text(build.view), .text(build.name)])
        var lanes: [Int: [String: Int64]] = [:]
        for row in 0..<rows.rowCount {
            lanes[Int(try rows.int32(row, 0)), default: [:]][try rows.text(row, 1)] = try rows.int64(row, 2)
        }
        return lanes.sorted { $0.key < $1.key }.map { LaneOffsets(lane: $0.key, next: $0.value) }
    }
}
