import Testing

@testable import Events

/// Versions 1 and 2 are made up here: version 1 called the quantity `qty` and counted the price in paise.
@Suite struct UpcasterTests {
    static let first = Upcaster(kind: .orderCancelled, fromVersion: 1) { data in
        data.rename("order", to: "orderId")
        data["legacy"] = nil
    }
    static let second = Upcaster(kind: .orderCancelled, fromVersion: 2) { data in
        guard data["reason"] != "\"never\"" else { throw Refused() }
        if data["reason"] == nil { data["reason"] = "\"not \\u0073tated\"" }
    }

    struct Refused: Error {}

    private func decode(_ version: Int, _ data: String) throws -> DecodedEvent {
        let decoder = EventDecoder(upcasters: try UpcasterRegistry([Self.second, Self.first]))
        let json =
            #"{"specversion":"1.0","id":"1","source":"/s","type":"orders.cancelled.v\#(version)","time":"2026-01-15T03:45:00Z","data":\#(data)}"#
        return try decoder.decode(.orderCancelled, json: json)
    }

    @Test func oldVersionsAreLiftedStepByStep() throws {
        let lifted = try decode(1, #"{"order" : "o-1","user\u0049d":"u-1", "legacy":{"a":[1,2]} , "x\"y":1.50}"#)
        #expect(lifted.payload == .orderCancelled(OrderCancelled(orderId: "o-1", userId: "u-1", reason: "not stated")))
        #expect(lifted.envelope.version == 1)
        let second = try decode(2, #"{"orderId":"o-1","userId":"u-1","reason":"r"}"#)
        #expect(second.payload == .orderCancelled(OrderCancelled(orderId: "o-1", userId: "u-1", reason: "r")))
        let current = try decode(3, #"{"orderId":"o-1","userId":"u-1"}"#)
        #expect(current.payload == .orderCancelled(OrderCancelled(orderId: "o-1", userId: "u-1")))
    }

    @Test func failuresAreRefusals() throws {
        #expect(throws: EventRefusal.self) { try decode(4, #"{"orderId":"o-1","userId":"u-1"}"#) }
        do {
            _ = try decode(1, #"{"order":"o-1","userId":"u-1","reason":"never"}"#)
            Issue.record("accepted")
        } catch let refusal as EventRefusal {
            #expect(refusal.code == .upcastFailed)
            #expect(refusal.value == "version 2")
        }
    }

    @Test func gapsAreRefused() {
        #expect(throws: UpcasterRegistry.GapInVersions.self) { try UpcasterRegistry([Self.second]) }
        #expect(throws: UpcasterRegistry.GapInVersions.self) { try UpcasterRegistry([Self.first, Self.first]) }
    }
}
