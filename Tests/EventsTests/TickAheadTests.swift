import Domain
import Events
import Testing

/// A tick that is far ahead of its record is refused: being the latest, it would stay the quote.
@Suite struct TickAheadTests {
    private static let record = "2026-01-05T04:00:00Z"

    private func refusal(_ kind: EventKind, time: String, record: String?) throws -> EventRefusal? {
        let data =
            kind == .marketUpdated
            ? #"{"symbol":"TCS","exchange":"NSE","lastPrice":"1"}"#
            : #"{"tradeId":"t","userId":"u","symbol":"TCS","exchange":"NSE","side":"BUY","quantity":"1","price":"1"}"#
        let json = """
            {"specversion":"1.0","id":"e","source":"/t","type":"\(kind.type)","time":"\(time)","data":\(data)}
            """
        let recordTime = try record.map { try Timestamp(parsing: $0) }
        do throws(EventRefusal) {
            _ = try EventDecoder().decode(kind, json: json, recordTime: recordTime)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "2027-01-06T04:00:00.000001Z", "2062-01-05T04:00:00Z", "2226-01-05T04:00:00Z", "9999-12-31T23:59:59Z",
    ])
    func farAheadIsRefused(time: String) throws {
        let refusal = try #require(try refusal(.marketUpdated, time: time, record: Self.record))
        #expect(refusal.code == .outOfRange && refusal.field == "time")
        #expect(refusal.reason.contains("366 days later than its record") && refusal.value == time)
        #expect(refusal.readable.symbol == "TCS")
    }

    @Test(arguments: ["2027-01-06T04:00:00Z", "2026-01-05T09:30:00Z", "1999-12-31T00:00:00Z"])
    func anythingElseIsTaken(time: String) throws {
        #expect(try refusal(.marketUpdated, time: time, record: Self.record) == nil)
    }

    @Test(arguments: [nil, "1970-01-01T00:00:00Z"])
    func aRecordThatKnowsNoTimeJudgesNothing(record: String?) throws {
        #expect(try refusal(.marketUpdated, time: "2226-01-05T04:00:00Z", record: record) == nil)
    }

    @Test func onlyTicksAreJudged() throws {
        #expect(try refusal(.tradeExecuted, time: "2226-01-05T04:00:00Z", record: Self.record) == nil)
    }
}
