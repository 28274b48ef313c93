import Events
import Testing

@testable import Engine

/// What an operator is told to do about a parked event can be done on its topic.
@Suite struct ParkingRemedyTests {
    private func remedy(_ code: String, _ topic: String) -> String {
        ParkingRemedy.text(
            code: code, view: "v", place: EventPlace(topic: topic, partition: 0, offset: 7))
    }

    @Test func aConflictIsSetRightAsItsTopicAllows() {
        for kind in EventKind.allCases {
            let text = remedy("conflicting_duplicate", kind.topic)
            #expect(text.contains("`tapefold dlq drop v --event \(kind.topic)/0@7`"))
            #expect(text.contains("amend the other by") == (kind == .tradeExecuted), "\(kind.topic): \(text)")
        }
        #expect(remedy("conflicting_duplicate", "payments.received").contains("under a paymentId of its own"))
        #expect(remedy("conflicting_duplicate", "orders.placed").contains("orders.updated"))
        #expect(remedy("conflicting_duplicate", "rules.changed").contains("the latest counts"))
    }
}
