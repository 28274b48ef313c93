import Engine
import Projections
import TestKit

/// One run of one seed, and what is wrong with its end.
package struct FaultRun: Sendable {
    package let view: String
    package let seed: UInt64
    package let steps: Int
    package let counts: [Fault: Int]
    /// Nil when all is well.
    package let problem: String?
    /// The same for the same seed, whatever the machine or the day.
    package let digest: UInt64

    /// With these, fault-simulator does the same again and tells every step.
    package var replayArguments: String { "--view \(view) --replay \(seed)" }

    /// - Parameter trace: told of every step.
    package static func run(
        _ scenario: Scenario, seed: UInt64, mutation: Mutation? = nil, trace: ((String) -> Void)? = nil
    ) -> FaultRun {
        func open<Fold: ViewFold>(_: Fold.Type) -> FaultRun {
            if mutation == .cachesKeptAfterFence {
                return FaultSimulation<HoardingFold<Fold>>(scenario, seed: seed, mutation, trace).run()
            }
            return FaultSimulation<Fold>(scenario, seed: seed, mutation, trace).run()
        }
        return open(scenario.fold)
    }
}

private struct FaultSimulation<Fold: ViewFold> {
    private let scenario: Scenario
    private let seed: UInt64
    private let world: World
    private let damages: Bool
    private let operates: Bool
    private let wantedSteps: Int

    init(_ plan: Scenario, seed: UInt64, _ mutation: Mutation?, _ trace: ((String) -> Void)?) {
        var random = SeededRandom(seed: seed ^ 0x7461_7065_666F_6C64)
        let scenario = plan.with(lanes: Int.random(in: 1...4, using: &random))
        let kind = Int.random(in: 0..<100, using: &random)
        damages = kind < 45
        operates = (30..<45).contains(kind) && scenario.view.policy == .park && !scenario.view.isReactor
        wantedSteps = Int.random(in: 150...500, using: &random)
        let events = scenario.events(random.next(), Int.random(in: 40...120, using: &random))
        let database = MemoryDatabase(scenario.view, guards: MemoryDatabase.Guards(mutation))
        database.refusedText = Scenario.poison
        let counters = LaneCounters()
        world = World(
            scenario.view, seed: random.next(), feed: LogFeed(scenario, events: events, damages: damages),
            database: database, operates: operates,
            makeRebuild: Self.rebuild(scenario, damages: damages, operates: operates), mutation: mutation, trace: trace
        ) { lane, claim, log, database, producer in
            let loop = LaneLoop<Fold>(
                scenario.view, owner: lane.worker.name, claim: claim, log: log, database: database,
                producer: producer, counters: counters, stop: lane.stop,
                clock: { [unowned lane] in lane.worker.consumer.instant }
            ) { [unowned lane] in lane.next = $0 }
            guard mutation == .cachesKeptAfterFence else { return { loop.advance() } }
            let hoard = lane.worker.hoard(lane.lane)
            return { FoldHoard.$current.withValue(hoard) { loop.advance() } }
        }
        self.scenario = scenario
        self.seed = seed
    }

    /// What a rebuild parks depends on how it interleaves the topics, so in the end nothing may be parked; effects that are owed
    /// for parked events are paid by the swap's own statements, which are not behind a port.
    private static func rebuild(
        _ scenario: Scenario, damages: Bool, operates: Bool
    ) -> ((World) -> any Rebuild)? {
        guard !scenario.view.isReactor, !damages || operates && scenario.view.outputs.isEmpty else { return nil }
        return { SimulatedRebuild<Fold>($0) }
    }

    func run() -> FaultRun {
        for _ in 0..<world.random.pick([1, 2, 3]) { world.startWorker() }
        while world.steps < wantedSteps || !world.isFed { world.step() }
        let problem = world.settle() ?? wrongWithTheEnd()
        return FaultRun(
            view: scenario.name, seed: seed, steps: world.steps, counts: world.counts, problem: problem,
            digest: world.random.next())
    }

    private func wrongWithTheEnd() -> String? {
        do {
            return try world.database.violations.first ?? wrongWithTheLog() ?? wrongWithTheOrder() ?? wrongWithTheRows()
                ?? (damages && !operates ? nil : wrongByTheOracle())
        } catch {
            return "the check failed: \(error)"
        }
    }

    /// Every event that can be read lies where its key belongs, if only because it was rerouted.
    private func wrongWithTheLog() -> String? {
        let view = scenario.view
        for (topic, values) in world.feed.whole.enumerated() {
            var left = values
            for lane in 0..<view.lanes {
                for record in world.log.records(topic: topic, partition: lane) {
                    guard let key = record.key, view.inputs[topic].partition(of: key, lanes: view.lanes) == lane
                    else { continue }
                    left.remove(record.value ?? [])
                }
            }
            guard let lost = left.map({ String(decoding: $0, as: UTF8.self) }).min() else { continue }
            return "\(view.topics[topic]): \(left.count) misplaced events were never rerouted, among them \(lost)"
        }
        return nil
    }

    /// Every record of the log was taken once, in its partition's order.
    private func wrongWithTheOrder() -> String? {
        for (lane, places) in world.database.contents.folded.enumerated() {
            for (topic, name) in scenario.view.topics.enumerated() {
                let taken = places.filter { $0.topic == topic }.map(\.offset)
                let logged = world.log.records(topic: topic, partition: lane).map(\.offset)
                guard taken != logged else { continue }
                let at = zip(taken, logged).enumerated().first { $0.element.0 != $0.element.1 }?.offset
                return "\(name)/\(lane): \(taken.count) records taken of \(logged.count); the first difference is at "
                    + "\(at ?? min(taken.count, logged.count))"
            }
        }
        return nil
    }

    /// One clean fold of the same records in the same order has the same rows and parks the same events.
    private func wrongWithTheRows() throws -> String? {
        let clean = try CleanFold<Fold>.fold(
            world.database.contents.folded, of: world.log, scenario.view, refusing: operates ? nil : Scenario.poison,
            decisions: world.database.contents.operations.decisions)
        if let problem = EffectCheck(world, clean: clean, damages: damages).problem { return problem }
        if let difference = try world.database.rows.difference(from: clean.rows) {
            return "not as one clean fold: \(difference)"
        }
        for (lane, parked) in world.database.contents.parked.enumerated() where parked != clean.contents.parked[lane] {
            return
                "lane \(lane): \(parked.count) events are parked, \(clean.contents.parked[lane].count) by one clean fold"
        }
        return nil
    }

    private func wrongByTheOracle() throws -> String? {
        let events = CleanFold<Fold>.eventsInPlace(
            world.log, scenario.view, leavingOut: Set(world.database.contents.operations.decisions.keys))
        return try scenario.difference(world.database.rows, events)
    }
}

extension MemoryDatabase.Guards {
    fileprivate init(_ mutation: Mutation?) {
        self.init()
        checksEpoch = mutation != .noEpochCheck
        checksOffsets = mutation != .noOffsetCheck
        keepsParkedKeys = mutation != .parkedKeysForgotten
        isAtomic = mutation != .rowsWithoutCheckpoint
        keepsEffectMarks = mutation != .effectMarkIgnored
        keepsDecisions = mutation != .dropWithoutDecision
        removesRetried = mutation != .retriedStaysParked
        fencesRetiredBuilds = mutation != .swapWithoutFence
    }
}

extension ViewInput {
    /// Where records of this key belong.
    func partition(of key: [UInt8], lanes: Int) -> Int { Int(partitioner.partition(forKey: key, count: Int32(lanes))) }
}
