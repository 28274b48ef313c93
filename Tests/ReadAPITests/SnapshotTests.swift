import Glibc
import HTTPServing
import Postgres
import Synchronization
import Testing

@testable import ReadAPI

/// One answer is one snapshot, and `after` waits.
@Suite struct SnapshotTests {
    /// A writer moves both rows, both views' offsets and the live build in one transaction each time; every answer must fit
    /// its own position.
    @Test func answersAreConsistentWhileBuildsSwap() throws {
        let database = try FixtureDatabase.live()
        try database.addBuild(
            view: "positions", number: 2, topics: ["trades.executed", "trades.corrected"], status: "retired")
        for schema in ["positions_1_1", "positions_1_2"] {
            for symbol in ["A", "B"] { try database.addPosition("u1", symbol, quantity: "100", schema: schema) }
        }
        for symbol in ["A", "B"] { try database.addQuote(symbol, "100") }
        let api = try TestAPI(database: database.url)
        let isDone = Atomic(false)
        let wrong = Mutex<[String]>([])
        let answered = Atomic(0)
        let readers = (0..<4).map { _ in
            WorkerThread.start { [api] in
                guard let client = try? TestClient(port: api.server.port) else { return }
                let headers = [("Authorization", "Bearer \(api.token("u1"))")]
                var last: Int64 = 0
                while !isDone.load(ordering: .acquiring) {
                    do {
                        let answer = try client.request("GET", "/v1/positions", headers: headers)
                        if let problem = Self.fault(answer, notBefore: &last) { wrong.withLock { $0.append(problem) } }
                        answered.add(1, ordering: .relaxed)
                    } catch {
                        return wrong.withLock { $0.append("no answer: \(error)") }
                    }
                }
            }
        }
        // Many swaps, and more where the readers are slow: there is nothing to see without answers in between.
        var offset = 100
        while offset < 500 || (answered.load(ordering: .relaxed) < 100 && offset < 20_000) {
            offset += 1
            let live = offset % 2 + 1
            try database.execute(
                """
                BEGIN;
                UPDATE tapefold.checkpoint SET next_offset = \(offset);
                UPDATE positions_1_1.api_positions SET quantity = \(offset);
                UPDATE positions_1_2.api_positions SET quantity = \(offset);
                UPDATE market_1_1.api_quotes SET last_price = \(offset);
                UPDATE tapefold.build SET status = CASE WHEN number = \(live) THEN 'live' ELSE 'retired' END
                    WHERE view = 'positions';
                -- What is not live is wrong on purpose: an answer from it would show.
                UPDATE positions_1_\(3 - live).api_positions SET quantity = -1;
                COMMIT;
                """)
        }
        isDone.store(true, ordering: .releasing)
        for reader in readers { reader.join() }
        let faults = wrong.withLock { $0 }
        #expect(faults == [])
        let answers = answered.load(ordering: .relaxed)
        #expect(answers >= 100)
    }

    private static func fault(_ answer: TestResponse, notBefore last: inout Int64) -> String? {
        guard answer.status == 200 else { return "\(answer.status) \(answer.text)" }
        let positions = answer.header("tapefold-position")?.split(separator: ",") ?? []
        let offsets = Set(positions.compactMap { $0.split(separator: "@").last.flatMap { Int64($0) } })
        guard positions.count == 6, offsets.count == 1, let offset = offsets.first else {
            return "positions \(positions)"
        }
        guard offset >= last else { return "went back from \(last) to \(offset)" }
        last = offset
        guard let items = try? answer.items(), items.count == 2 else { return answer.text }
        for item in items
        where item["quantity"]?.string != String(offset) || item["lastPrice"]?.string != String(offset) {
            return "at \(offset): \(item.text)"
        }
        return nil
    }

    @Test func buildsWhoseSchemaIsDroppedAreLeft() throws {
        let database = try FixtureDatabase.live()
        let api = try TestAPI(database: database.url)
        for number in 2...6 {
            #expect(try api.get("/v1/positions").status == 200)
            try database.addBuild(view: "positions", number: number, topics: ["trades.executed"], status: "building")
            try database.addPosition("u1", "S\(number)", schema: "positions_1_\(number)")
            try database.execute(
                """
                BEGIN;
                DELETE FROM tapefold.build WHERE view = 'positions' AND status = 'live';
                UPDATE tapefold.build SET status = 'live' WHERE view = 'positions';
                DROP SCHEMA positions_1_\(number - 1) CASCADE;
                COMMIT;
                """)
            #expect(try api.get("/v1/positions").items().map { $0["symbol"] } == [.string("S\(number)")])
        }
    }

    /// The query threads send no BEGIN: their sessions must make each pipeline one snapshot all the same, and leave nothing open.
    @Test func aPipelineReadsOneSnapshot() throws {
        let database = try FixtureDatabase.live()
        let writer = database.connection
        try writer.execute("CREATE TABLE public.rows (); SELECT pg_advisory_lock(1)")
        let counts = Mutex<[Int64]>([])
        let configuration = DatabaseSession.snapshots(try DatabaseSession.configuration(url: database.url))
        let reader = WorkerThread.start {
            guard let connection = try? PostgresConnection.connect(configuration) else { return }
            let count = "SELECT count(*) FROM public.rows"
            let results = try? connection.pipeline { (pipeline) throws(PostgresError) in
                try pipeline.addCached(count)
                try pipeline.addCached("SELECT pg_advisory_lock(1)::text")
                try pipeline.addCached(count)
            }
            // Another pipeline sees what is there by then.
            let last = try? connection.cachedQuery(count)
            counts.withLock { counts in
                for result in (results.map { [$0[0], $0[2]] } ?? []) + (last.map { [$0] } ?? []) {
                    counts.append((try? result.int64(0, 0)) ?? -1)
                }
                if connection.isInTransaction { counts.append(-2) }
            }
        }
        let waiting = """
            SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'
            """
        let deadline = HTTPServing.MonotonicClock.deadline(milliseconds: 10_000)
        while try writer.query(waiting).rowCount == 0, HTTPServing.MonotonicClock.nanoseconds() < deadline {
            usleep(2_000)
        }
        // Not in one string, which would be one transaction: the lock would be free before the row is committed.
        try writer.execute("INSERT INTO public.rows DEFAULT VALUES")
        try writer.execute("SELECT pg_advisory_unlock(1)")
        reader.join()
        #expect(counts.withLock { $0 } == [0, 0, 1])
    }

    @Test func afterAnswersAtOnceWhatIsReached() throws {
        let api = try SharedAPI.get()
        #expect(try api.get("/v1/positions?after=trades.executed/0@100,market.updates/1@99").status == 200)
        // Read by another live view: cannot change these answers, holds nothing up.
        #expect(try api.get("/v1/positions?after=orders.placed/0@5000").status == 200)
        let position = try #require(try api.get("/v1/positions").header("tapefold-position"))
        #expect(try api.get("/v1/positions?after=\(position)").status == 200)
    }

    @Test func afterWaitsForItsView() throws {
        let database = try FixtureDatabase.live()
        try database.addPosition("u1", "OLD")
        let api = try TestAPI(database: database.url)
        let client = try TestClient(port: api.server.port)
        client.send(
            "GET /v1/positions?after=trades.executed/1@101 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(api.token("u1"))\r\n\r\n"
        )
        try api.eventually("/metrics", as: nil) { $0.text.contains("\ntapefold_http_requests_waiting 1\n") }
        // orders reads the topic too, but the answer does not come from it; the other partition does not count either.
        try database.setOffset("orders", "trades.executed", 1, 500)
        try database.setOffset("positions", "trades.executed", 0, 500)
        try database.execute(
            """
            BEGIN;
            UPDATE positions_1_1.api_positions SET symbol = 'NEW';
            UPDATE tapefold.checkpoint SET next_offset = 101
                WHERE view = 'positions' AND topic = 'trades.executed' AND lane = 1;
            COMMIT;
            """)
        let answer = try client.receive()
        #expect(answer.status == 200)
        #expect(try answer.items().map { $0["symbol"] } == [.string("NEW")])
        #expect(answer.header("tapefold-position")?.contains("trades.executed/1@101") == true)
    }

    @Test func afterGivesUp() throws {
        let api = try TestAPI(database: try FixtureDatabase.live().url, waitMilliseconds: 100)
        let answer = try api.get("/v1/positions?after=no.such.topic/0@1")
        #expect(answer.status == 504)
        #expect(try answer.json()["detail"]?.string?.contains("no.such.topic/0@1") == true)
    }
}
