import Engine
import Postgres
import Supervision
import Testing

@Suite struct LanePauseTests {
    @Test func pausesAreKeptUntilTheyAreTakenBack() throws {
        let connection = try PostgresConnection.connect(
            try PostgresConfiguration(url: TemporaryPostgres.shared().freshDatabase()))
        try Migrations.run(on: connection)
        #expect(try LanePause.all(on: connection).isEmpty)
        try LanePause.request(view: "market", lane: 2, by: "asha", reason: "", on: connection)
        try LanePause.request(view: "positions", lane: nil, by: "asha", reason: "clean up", on: connection)
        try LanePause.request(view: "positions", lane: nil, by: "ravi", reason: "still", on: connection)
        let pauses = try LanePause.all(on: connection)
        #expect(pauses.map(\.view) == ["market", "positions"])
        #expect(pauses.map(\.lane) == [2, nil])
        #expect(pauses[1].by == "ravi" && pauses[1].reason == "still" && pauses[1].at.microseconds > 0)
        #expect(pauses.lanes(of: "market", count: 4) == [2])
        #expect(pauses.lanes(of: "positions", count: 4) == [0, 1, 2, 3])
        #expect(pauses.lanes(of: "orders", count: 4).isEmpty)
        #expect(pauses.pause(of: "market", lane: 1) == nil)
        #expect(pauses.pause(of: "positions", lane: 3)?.by == "ravi")
        #expect(try LanePause.takeBack(view: "market", lane: 1, on: connection) == 0)
        #expect(try LanePause.takeBack(view: "market", lane: 2, on: connection) == 1)
        #expect(try LanePause.takeBack(view: "positions", lane: nil, on: connection) == 1)
        #expect(try LanePause.all(on: connection).isEmpty)
    }
}
