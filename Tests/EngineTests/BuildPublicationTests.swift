import Engine
import Postgres
import Projections
import Supervision
import Testing

/// What readers of schema `api` find there when one build takes another's place.
@Suite struct BuildPublicationTests {
    private let connection: PostgresConnection
    private let catalog: BuildCatalog

    init() throws {
        connection = try PostgresConnection.connect(
            try PostgresConfiguration(url: TemporaryPostgres.shared().freshDatabase()))
        try Migrations.run(on: connection)
        catalog = BuildCatalog(connection)
    }

    private static let table = TableDefinition(
        "sums", role: .state,
        columns: [Column("user_id", .text), Column("total", .amount), Column("count", .int64)], key: ["user_id"])

    private func view(_ fold: Int, _ relations: [String: String]) -> ViewSchema {
        ViewSchema(
            name: "sums", foldNumber: fold, tables: [Self.table],
            presentation: relations.sorted { $0.key < $1.key }.map {
                ViewSchema.Presentation($0.key, "SELECT \($0.value) FROM {schema}.sums")
            })
    }

    private static let first = ["sums": "user_id, total"]
    private static let second = ["sums": "user_id, total, count AS trades", "counts": "user_id, count"]

    private func columns(_ relation: String) throws -> [String] {
        let rows = try connection.query(
            """
            SELECT column_name || ' ' || data_type FROM information_schema.columns
            WHERE table_schema = 'api' AND table_name = $1 ORDER BY ordinal_position
            """, [.text(relation)])
        return try (0..<rows.rowCount).map { try rows.text($0, 0) }
    }

    private func firstBuild(_ view: ViewSchema) throws -> Build {
        try catalog.ensureLiveBuild(of: view, lanes: 1, start: [LaneOffsets(lane: 0, next: [:])])
    }

    private func nextBuild(_ view: ViewSchema) throws -> Build {
        try catalog.makeBuild(of: view, lanes: 1, status: .building, start: [LaneOffsets(lane: 0, next: [:])])
    }

    private func replace(_ live: Build, by view: ViewSchema) throws -> Build {
        let build = try nextBuild(view)
        try BuildPublication.check(build, over: live, view, on: connection)
        try BuildPublication.publish(build, over: live, view, on: connection)
        return build
    }

    @Test func appendedColumnsStayAndAreNullBehindARollback() throws {
        let live = try firstBuild(view(1, Self.first))
        let base = ["user_id text", "total numeric"]
        #expect(try columns("sums") == base)
        let later = try replace(live, by: view(2, Self.second))
        #expect(try columns("sums") == base + ["trades bigint"])
        #expect(try columns("counts") == ["user_id text", "count bigint"])
        let back = try replace(later, by: view(1, Self.first))
        #expect(try columns("sums") == base + ["trades bigint"])
        #expect(try columns("counts") == [], "what it shows would stand still")
        try connection.execute("INSERT INTO \(back.schema).sums VALUES ('u1', 5, 2)")
        let row = try connection.query("SELECT total::text, trades FROM api.sums")
        #expect(try row.text(0, 0) == "5.00000000")
        #expect(try row.int64IfPresent(0, 1) == nil)
        _ = try replace(back, by: view(2, Self.second))
        #expect(try columns("sums") == base + ["trades bigint"])
    }

    @Test(arguments: [
        (["sums": "user_id"], "api.sums.total (numeric(38,8))"),
        (["sums": "user_id, total::bigint AS total"], "api.sums.total (numeric(38,8))"),
        (["others": "user_id, total"], "api.sums"),
    ])
    func whatReadersWouldMissIsRefused(relations: [String: String], missing: String) throws {
        let live = try firstBuild(view(1, Self.first))
        let changed = view(2, relations)
        let build = try nextBuild(changed)
        let error = #expect(throws: EngineError.self) {
            try BuildPublication.check(build, over: live, changed, on: connection)
        }
        #expect(error?.message.contains("would miss \(missing):") == true, "\(error?.message ?? "")")
        #expect(try columns("sums") == ["user_id text", "total numeric"])
    }

    @Test func columnsInAnotherOrderKeepTheirPlaces() throws {
        let live = try firstBuild(view(1, Self.first))
        _ = try replace(live, by: view(2, ["sums": "count, total, user_id"]))
        #expect(try columns("sums") == ["user_id text", "total numeric", "count bigint"])
    }
}
