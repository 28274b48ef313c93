import Glibc
import HTTPServing
import Postgres
import Supervision
import Testing

@testable import ReadAPI

/// The feed of changes over everything that may happen to its connection, as a client sees it.
@Suite struct ChangeFeedTests {
    /// The whole way of ``ChangeFeed`` over a lost connection: what lies in between is told, or that it is gone.
    @Test func aLostConnectionLosesNoChange() throws {
        let setup = try StreamSetup()
        let socket = try setup.open("channels=user:me")
        try socket.waitUntilFollowing()
        try setup.change("positions", lane: 1, "u1")
        _ = try socket.next("change")
        try cutTheFeed(setup.connection)
        try setup.change("orders", lane: 1, "u1")
        #expect(try socket.next { $0 == "change" || $0 == "reload" }["views"] == .array([.string("orders")]))
        // Behind the place where it stands nothing is known once that place is gone.
        try cutTheFeed(setup.connection, and: "DELETE FROM tapefold.change_batch")
        #expect(try socket.next { $0 == "change" || $0 == "reload" }["type"] == .string("reload"))
        // And then it goes on, also in a database whose numbers begin anew.
        try setup.connection.execute("ALTER TABLE tapefold.change_batch ALTER COLUMN seq RESTART WITH 1")
        try setup.change("positions", lane: 1, "u1")
        #expect(try socket.next { $0 == "change" || $0 == "reload" }["views"] == .array([.string("positions")]))
    }

    /// Whoever comes before the changes are read has no position, and hears when they are.
    @Test func whoComesBeforeTheFeedIsToldToReload() throws {
        let url = try TemporaryPostgres.shared().freshDatabase()
        let connection = try PostgresConnection.connect(try PostgresConfiguration(url: url))
        try EngineSchema.create(on: connection)
        try connection.execute("BEGIN; LOCK TABLE tapefold.change_batch IN ACCESS EXCLUSIVE MODE")
        let api = try TestAPI(database: url)
        let socket = try StreamClientSocket(port: api.server.port, query: "channels=user:me", token: api.token("u1"))
        #expect(try socket.next("hello")["id"] == nil)
        _ = try socket.next("subscribed")
        try connection.execute("COMMIT")
        #expect(try socket.next("reload")["id"]?.string != nil)
    }

    /// The feed leaves users out while nobody listens. One who comes while it reads must not miss what it reads.
    @Test func whoComesWhileTheFeedReadsMissesNothing() throws {
        let setup = try StreamSetup()
        let look = try setup.another()
        try until { setup.api.hub.userStreams.load(ordering: .relaxed) == 0 }
        try setup.connection.execute("BEGIN; LOCK TABLE tapefold.change_batch IN ACCESS EXCLUSIVE MODE")
        try until {
            try look.query(
                "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).rowCount > 0
        }
        let socket = try setup.open("channels=user:me")
        _ = try socket.next("subscribed")
        try setup.connection.execute(
            """
            INSERT INTO tapefold.change_batch (view, lane, user_ids) VALUES ('positions', 1, ARRAY['u1']); COMMIT
            """)
        let news = try socket.next { $0 == "change" || $0 == "reload" }
        #expect(news["views"] == .array([.string("positions")]), "\(news)")
    }

    @Test func aSwapIsNewsAlsoWhenTheReadingThatSawItFails() throws {
        let setup = try StreamSetup()
        let socket = try setup.open("channels=user:me")
        try socket.waitUntilFollowing()
        let before = try sessions(setup.connection)
        try setup.connection.execute(
            """
            BEGIN; ALTER TABLE tapefold.change_batch RENAME TO aside;
            INSERT INTO tapefold.build (view, build, fold, number, schema_name, status, lanes)
            VALUES ('another', '1.1', 1, 1, 'another_1_1', 'live', 4); COMMIT
            """)
        try until { try !before.isSubset(of: sessions(setup.connection)) }
        try setup.connection.execute("ALTER TABLE tapefold.aside RENAME TO change_batch")
        let news = try socket.next { $0 == "change" || $0 == "reload" }
        #expect(news["views"]?.elements?.contains(.string("another")) == true, "\(news)")
    }

    /// Who comes back meanwhile is not kept waiting for a database.
    @Test func aDatabaseThatIsAwayMeansReload() throws {
        let setup = try StreamSetup()
        let id = try #require(try setup.open("channels=user:me").waitUntilFollowing())
        let name = try setup.connection.query("SELECT current_database()").text(0, 0)
        let other = try PostgresConnection.connect(
            try PostgresConfiguration(url: TemporaryPostgres.shared().freshDatabase()))
        try other.execute("ALTER DATABASE \"\(name)\" ALLOW_CONNECTIONS false")
        defer { _ = try? other.execute("ALTER DATABASE \"\(name)\" ALLOW_CONNECTIONS true") }
        try other.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '\(name)'")
        let back = try setup.open("channels=user:me&resume=\(id)")
        #expect(try back.next { $0 == "reload" || $0 == "resumed" }["type"] == .string("reload"))
    }

    private func sessions(_ connection: PostgresConnection) throws -> Set<Int32> {
        let rows = try connection.query("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return Set(try (0..<rows.rowCount).map { try rows.int32($0, 0) })
    }

    private func until(_ condition: () throws -> Bool) throws {
        let deadline = MonotonicClock.deadline(milliseconds: 20_000)
        while try !condition() {
            try #require(MonotonicClock.nanoseconds() < deadline)
            usleep(5_000)
        }
    }

    /// Ends the feed's session, and does something before it can be back.
    private func cutTheFeed(_ connection: PostgresConnection, and statement: String = "SELECT 1") throws {
        try connection.execute(
            """
            BEGIN; LOCK TABLE tapefold.change_batch IN ACCESS EXCLUSIVE MODE;
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid();
            \(statement); COMMIT
            """)
    }
}
