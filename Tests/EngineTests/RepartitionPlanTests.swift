import Engine
import Events
import Kafka
import Testing

/// Which topics grow together, and which counts are safe.
@Suite struct RepartitionPlanTests {
    private static let related = [
        "orders.placed", "orders.updated", "orders.cancelled", "trades.executed", "trades.corrected",
        "payments.received",
    ]

    private func plan(
        _ name: String, _ new: Int, built: [String: Int] = ["positions": 4, "orders": 4], grown: [String: Int] = [:]
    ) throws(EngineError) -> RepartitionPlan {
        let topology: Topology
        do throws(TopologyError) { topology = try .standard() } catch { throw EngineError(.topology, "\(error)") }
        var present: [String: Int] = [:]
        for creation in topology.creations { present[creation.name] = creation.partitions }
        present.merge(grown) { $1 }
        return try .make(name, to: new, topology: topology, built: built, present: present)
    }

    @Test func whatSharesViewsGrowsTogether() throws {
        for name in ["positions", "trades.corrected", "orders.placed"] {
            let plan = try plan(name, 8)
            // And what shares a topic with these in turn.
            #expect(plan.topics.map(\.name) == Self.related)
            #expect(plan.views == ["positions", "orders", "cash", "analytics"])
            #expect(plan.old == 4)
            #expect(plan.deadLetters.count == 12)
        }
        #expect(try plan("watchlists", 12).topics.map(\.name) == ["watchlists.changed"])
        let market = try plan("market", 12)
        #expect(
            market.topics.map(\.name) == [
                "market.updates", "rules.changed", "rules.rearmed", "cart.changed", "alerts.changed",
                "alerts.triggered",
            ], "reactors read ticks and definitions")
        #expect(market.views == ["market", "cart", "alerts", "rules", "triggers"])
    }

    @Test func aTopicThatWasGrownByHandIsTakenAsItIs() throws {
        let plan = try plan("positions", 8, grown: ["trades.executed": 8])
        #expect(plan.topics.first { $0.name == "trades.executed" }?.present == 8)
        #expect(plan.old == 4)
    }

    @Test func countsThatAreNotSafeAreRefused() {
        #expect(throws: EngineError.self) { try plan("positions", 6) }
        #expect(throws: EngineError.self) { try plan("positions", 4) }
        #expect(throws: EngineError.self) { try plan("positions", 8, grown: ["trades.executed": 6]) }
        #expect(throws: EngineError.self) { try plan("positions", 8, built: ["positions": 8, "orders": 4]) }
        #expect(throws: EngineError.self) { try plan("nothing", 8) }
    }

    /// Why multiples: by any other count a misplaced record could come to lie right, and be folded where it lies.
    @Test(arguments: [KafkaPartitioner.murmur2, .crc32])
    func byAMultipleKeysStayOrMoveToNewPartitions(_ partitioner: KafkaPartitioner) {
        for number in 0..<5_000 {
            let key = Array("user-\(number)".utf8)
            let (old, new) = (
                partitioner.partition(forKey: key, count: 4), partitioner.partition(forKey: key, count: 12)
            )
            #expect(new == old || (new >= 4 && new % 4 == old))
        }
    }
}
