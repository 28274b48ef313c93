import Engine
import Kafka
import Projections
import TestKit

/// What the world asks of a rebuild, whatever its fold.
protocol Rebuild: AnyObject {
    /// Folds a batch of one lane, or goes live when it is near.
    /// - Returns: whether it is live now.
    func step(_ world: World) -> Bool

    /// Folds what is left and goes live.
    func finish(_ world: World)

    /// Its process dies; what it committed stays.
    func kill()
}

/// A `tapefold replay` from its catching up on: a build beside the live one, filled by the engine's `LaneProcessor` without
/// effects, and swapped in where the live lanes stand.
final class SimulatedRebuild<Fold: ViewFold>: Rebuild {
    private var build: MemoryDatabase
    private var processors: [Int: LaneProcessor<Fold>] = [:]
    private let counters = LaneCounters()
    /// Handed out last.
    private var batch: [KafkaMemoryRecord] = []

    init(_ world: World) { build = world.database.emptyBuild() }

    func kill() { processors = [:] }

    private static var nearRecords: Int64 { 8 }

    func step(_ world: World) -> Bool {
        let lanes = (0..<world.view.lanes).filter { distance(lane: $0, world) > 0 }
        if lanes.allSatisfy({ distance(lane: $0, world) <= Self.nearRecords }) { return swap(world) }
        let lane = world.random.pick(lanes)
        do throws(LaneFailure) { try fold(lane, world, limit: 30) } catch {
            world.note("the rebuild fails on lane \(lane): \(error.reason)")
            processors[lane] = nil
            beginAnewIfOverruled(error, world)
        }
        return false
    }

    func finish(_ world: World) {
        while !swap(world) {}
    }

    /// One transaction: nobody else takes a step in between.
    private func swap(_ world: World) -> Bool {
        do throws(LaneFailure) {
            build.adopt(world.database.contents.operations.decisions)
            build.refusedText = world.database.refusedText
            for lane in 0..<world.view.lanes {
                let processor = try processor(lane, world)
                try processor.reload()
                try processor.retryAll { true }
                if world.mutation == .swapWithoutTail { continue }
                while distance(lane: lane, world) > 0 { try fold(lane, world, limit: 1_000) }
            }
        } catch {
            world.note("a swap came to nothing: \(error.reason)")
            kill()
            beginAnewIfOverruled(error, world)
            return false
        }
        world.note("the rebuild is live at \(build.contents.lanes.map { $0.next.values.reduce(0, +) })")
        world.database.swap(to: build)
        return true
    }

    private func beginAnewIfOverruled(_ failure: LaneFailure, _ world: World) {
        guard case .overruled = failure else { return }
        kill()
        build = world.database.emptyBuild()
    }

    private func processor(_ lane: Int, _ world: World) throws(LaneFailure) -> LaneProcessor<Fold> {
        if let processor = processors[lane] { return processor }
        let store = MemoryLaneStore(build)
        store.records = { [unowned self] commit in
            let claimed = commit.claim.offsets(of: build.view)
            return batch.filter { $0.offset >= claimed[$0.topicIndex] && $0.offset < commit.next[$0.topicIndex] }
                .map { RecordPlace(topic: $0.topicIndex, offset: $0.offset) }
        }
        guard case .claimed(let claim) = try store.claim(lane: lane, owner: "rebuild", onlyIfOwned: false) else {
            throw .log("nobody else claims lanes of a build that is not live")
        }
        let made = try LaneProcessor<Fold>(world.view, claim: claim, store: store, producer: nil, counters: counters)
        processors[lane] = made
        return made
    }

    /// How far the live build is ahead, in records or gaps.
    private func distance(lane: Int, _ world: World) -> Int64 {
        world.view.topics.reduce(0) { sum, topic in
            let live = world.database.contents.lanes[lane].next[topic] ?? 0
            return sum + max(0, live - (build.contents.lanes[lane].next[topic] ?? 0))
        }
    }

    /// Up to where the live build is, topics taken by turns.
    private func fold(_ lane: Int, _ world: World, limit: Int) throws(LaneFailure) {
        let processor = try processor(lane, world)
        let own = build.contents.lanes[lane].next
        let live = world.database.contents.lanes[lane].next
        var at = world.view.topics.map { own[$0] ?? 0 }
        let targets = world.view.topics.map { max(live[$0] ?? 0, own[$0] ?? 0) }
        batch = []
        for _ in 0..<Int.random(in: 1...limit, using: &world.random) {
            let waiting = at.indices.filter { at[$0] < targets[$0] }
            guard !waiting.isEmpty else { break }
            let topic = world.random.pick(waiting)
            if let record = world.log.record(topic: topic, partition: lane, offset: at[topic]) { batch.append(record) }
            at[topic] += 1
        }
        let positions = at.enumerated().map { topic, offset in
            KafkaPosition(topicIndex: topic, partition: Int32(lane), nextOffset: offset, isAtEnd: false)
        }
        try processor.process(
            KafkaBatch(records: batch, topicNames: world.log.topics, positions: positions), upTo: targets)
    }
}
