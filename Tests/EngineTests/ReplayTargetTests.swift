import Kafka
import Testing

@testable import Engine

/// How far a rebuild folds a partition before it may go live.
@Suite struct ReplayTargetTests {
    private func target(_ live: Int64, _ low: Int64, _ high: Int64, tellsEffects: Bool = false) -> Int64 {
        ReplayTarget.offset(
            live: live, bounds: KafkaWatermarks(low: low, high: high), tellsEffects: tellsEffects)
    }

    @Test func asFarAsTheLiveBuildAndTheLogGo() {
        #expect(target(80, 0, 100) == 80)
        #expect(target(80, 80, 100) == 80, "its next record is the log's first")
        #expect(target(120, 0, 100) == 100, "made anew, or cut")
        #expect(target(0, 0, 0) == 0)
    }

    @Test func allThatIsLeftWhereRetentionOvertookTheLiveBuild() {
        #expect(target(80, 81, 100) == 100)
        #expect(target(80, 5_000, 6_000) == 6_000)
        #expect(target(80, 5_000, 5_000) == 5_000, "an empty log that goes on from there")
        #expect(target(80, 5_000, 6_000, tellsEffects: true) == 80, "the workers behind the swap tell of it")
    }
}
