import Domain
import Engine
import Events
import Postgres
import Projections
import Supervision
import Testing

/// What operators see of parked events, ask of lanes and decide.
@Suite struct ParkingCatalogTests {
    private struct Rig {
        let connection: PostgresConnection
        let catalog: ParkingCatalog

        init() throws {
            connection = try PostgresConnection.connect(
                try PostgresConfiguration(url: TemporaryPostgres.shared().freshDatabase()))
            try Migrations.run(on: connection)
            let view = try ViewRegistry.standard.configuration(of: "positions", in: Topology.standard())
            let start = (0..<view.lanes).map { lane in
                LaneOffsets(lane: lane, next: Dictionary(uniqueKeysWithValues: view.topics.map { ($0, 100) }))
            }
            _ = try BuildCatalog(connection).ensureLiveBuild(of: view.definition, lanes: view.lanes, start: start)
            catalog = ParkingCatalog(view: "positions", on: connection)
        }

        func park(_ offset: Int64, key: String?, code: String, lane: Int32 = 1) throws {
            try connection.query(
                """
                INSERT INTO tapefold.parked_event (view, build, lane, topic, log_offset, parking_key, code, reason,
                    record_key, record_value, record_headers)
                VALUES ('positions', '2.1', $1, 'trades.executed', $2, $3, $4, 'because', 'k', 'v', '[["h","eA=="],["n",null]]')
                """, [.int32(lane), .int64(offset), key.map { .text($0) } ?? .null(.text), .text(code)])
        }

        func filled() throws -> Rig {
            try park(5, key: "user-1|a", code: "book_refused")
            try park(6, key: nil, code: "malformedJSON")
            try park(7, key: "user-1|a", code: "behind_parked")
            try park(8, key: "user-1|b", code: "book_refused", lane: 2)
            try park(9, key: "user-1|a", code: "behind_parked")
            return self
        }
    }

    @Test func listsTheFirstOfEachKeyWithWhatWaits() throws {
        let catalog = try Rig().filled().catalog
        let first = try catalog.list(ParkedFilter())
        #expect(first.map(\.place.offset) == [5, 6, 8])
        #expect(first.map(\.waiting) == [2, 0, 0])
        #expect(first.allSatisfy { $0.isFirst })
        var filter = ParkedFilter()
        filter.isFirstOnly = false
        #expect(try catalog.list(filter).map(\.place.offset) == [5, 6, 7, 8, 9])
        #expect(try catalog.list(filter, limit: 2).map(\.place.offset) == [5, 6])
        let counts = try #require(try catalog.counts())
        #expect((counts.events, counts.keys) == (5, 3))
        #expect(counts.codes.map(\.name) == ["book_refused", "malformedJSON"])
        #expect(counts.codes.map(\.events) == [4, 1])
        #expect(counts.codes.map(\.keys) == [2, 1])
    }

    @Test(arguments: [
        ("lane", [8]), ("key", [5]), ("prefix", [5, 8]), ("code", [6]), ("topic", []), ("since", []), ("place", [9]),
    ])
    func filters(name: String, offsets: [Int64]) throws {
        var filter = ParkedFilter()
        switch name {
        case "lane": filter.lane = 2
        case "key": filter.key = "user-1|a"
        case "prefix": filter.key = "user-1|*"
        case "code": filter.code = "malformedJSON"
        case "topic": filter.topic = "trades.corrected"
        case "since": filter.since = Timestamp(microseconds: 4_000_000_000_000_000)
        default:
            filter.place = EventPlace("trades.executed/1@9")
            filter.isFirstOnly = false
        }
        #expect(try Rig().filled().catalog.list(filter).map(\.place.offset) == offsets)
    }

    @Test func showsTheRecordAndWhatItWaitsFor() throws {
        let catalog = try Rig().filled().catalog
        let place = try #require(EventPlace("trades.executed/1@9"))
        let bytes = try #require(try catalog.bytes(of: place))
        #expect(bytes.value == Array("v".utf8))
        #expect(bytes.headers.map(\.name) == ["h", "n"])
        #expect(bytes.headers.map(\.value) == [Array("x".utf8), nil])
        var filter = ParkedFilter()
        filter.place = place
        filter.isFirstOnly = false
        let event = try #require(try catalog.list(filter).first)
        #expect(try catalog.first(before: event)?.place.offset == 5)
        #expect(try catalog.bytes(of: EventPlace(topic: "trades.executed", partition: 3, offset: 9)) == nil)
    }

    @Test func requestsWaitForTheirLane() throws {
        let rig = try Rig().filled()
        let events = try rig.catalog.list(ParkedFilter())
        let requests = try rig.catalog.request(.drop(following: true), events, by: "asha@desk", note: "why")
        #expect(requests.count == 3)
        #expect(try rig.catalog.openCount(of: requests) == 3)
        let outcomes = try rig.catalog.outcomes(of: requests)
        #expect(outcomes.map(\.subject) == ["user-1|a", "trades.executed/1@6", "user-1|b"])
        #expect(outcomes.map(\.lane) == [1, 1, 2])
        #expect(outcomes.allSatisfy { $0.isQueued })
        let rows = try rig.connection.query(
            """
            SELECT (SELECT log_offset FROM tapefold.parked_event WHERE park_order = r.through_order)
            FROM tapefold.parking_request r ORDER BY request
            """)
        #expect(try (0..<3).map { try rows.int64IfPresent($0, 0) } == [9, nil, 8])
    }

    @Test func importedDecisionsReachTheLanesAndSayWhatIsFoldedAlready() throws {
        let rig = try Rig().filled()
        let hash = Array("v".utf8).withUnsafeBytes { ContentHash(record: $0) }
        let decisions = [(5, hash), (7, ContentHash(high: 1, low: 2)), (50, hash), (500, hash)].map {
            Decision(
                view: "positions", place: EventPlace(topic: "trades.executed", partition: 1, offset: $0.0),
                code: "book_refused", reason: "r", eventSource: "/s", eventId: "e", recordHash: $0.1,
                author: "asha", time: Timestamp(microseconds: 1_767_585_600_000_000), note: nil)
        }
        let catalog = DecisionCatalog(rig.connection)
        let outcome = try catalog.add(decisions, by: "me")
        // 5 is parked here; 7 is parked with another record; 50 is below the checkpoint; 500 is to come.
        #expect(outcome.added == 4)
        #expect(outcome.parked == 1)
        #expect(outcome.folded == ["positions": 1])
        #expect(try catalog.list(view: "positions") == decisions)
        #expect(try catalog.list(view: "orders").isEmpty)
        let again = try catalog.add([decisions[0]], by: "me")
        #expect((again.added, again.known, again.parked) == (0, 1, 0))
        let rows = try rig.connection.query("SELECT action FROM tapefold.parking_request ORDER BY request")
        #expect(try (0..<rows.rowCount).map { try rows.text($0, 0) } == ["drop", "reload", "reload"])
    }

    @Test(arguments: [
        ("a.b/3@9", true), ("a/b/3@9", true), ("a.b/3", false), ("/3@9", false), ("a/-1@9", false), ("a/1@x", false),
        ("a/1@-5", false), ("", false),
    ])
    func placesAreReadAsTheyArePrinted(text: String, isPlace: Bool) {
        #expect(EventPlace(text)?.description == (isPlace ? text : nil))
    }
}
