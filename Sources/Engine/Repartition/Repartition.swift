import Events
import Kafka
import Postgres

/// Gives topics more partitions and produces the events of keys that move again where they belong now.
///
/// The originals stay where they are: misplaced by the new count, they are ignored by every view and every replay.
/// Views are rebuilt afterwards. Interrupted at any point it goes on where it stopped: what was planned is in
/// `tapefold.repartition`, how far each new partition is says the header of its last record.
public final class Repartition {
    public struct Options: Sendable {
        /// Go on although producers wrote to new partitions before their history was moved there.
        public var acceptsOrder = false

        public init(acceptsOrder: Bool = false) { self.acceptsOrder = acceptsOrder }
    }

    public struct Summary: Sendable {
        public let plan: RepartitionPlan
        /// By topic, events that lie in a new partition now.
        public var moved: [String: Int] = [:]
        /// Misplaced records that no worker had produced again yet.
        public var rerouted = 0
    }

    private let plan: RepartitionPlan
    private let topology: Topology
    private let views: ViewRegistry
    private let options: Options
    private let connection: PostgresConnection
    private let admin: KafkaAdmin
    private let kafka: KafkaConfiguration
    private let stop: StopSignal
    private let progress: (String) -> Void

    public init(
        _ plan: RepartitionPlan, _ topology: Topology, _ views: ViewRegistry, _ options: Options,
        connection: PostgresConnection, admin: KafkaAdmin, kafka: KafkaConfiguration, stop: StopSignal,
        progress: @escaping (String) -> Void
    ) {
        self.plan = plan
        self.topology = topology
        self.views = views
        self.options = options
        self.connection = connection
        self.admin = admin
        self.kafka = kafka
        self.stop = stop
        self.progress = progress
    }

    public func run() throws(EngineError) -> Summary {
        try lock()
        try requireStandstill()
        var summary = Summary(plan: plan)
        let ledger = RepartitionLedger(connection)
        var entries = try ledger.entries(of: plan)
        if entries.isEmpty {
            try requireEmptyPartitions()
            summary.rerouted = try rerouteTails()
            entries = try plan.topics.map { (topic) throws(EngineError) in
                RepartitionLedger.Entry(topic: topic.name, ends: try ends(topic.name, plan.old), isDone: false)
            }
            try ledger.begin(plan, entries)
        }
        try grow(plan.topics.map(\.name) + plan.deadLetters)
        for entry in entries {
            summary.moved[entry.topic] = entry.isDone ? 0 : try move(entry)
            guard !entry.isDone else { continue }
            try ledger.finish(entry.topic, newEnds: Array(try ends(entry.topic, plan.new)[plan.old...]))
        }
        return summary
    }

    /// Grows what has not grown yet, and waits until this client's picture of the cluster has it: it asks only for
    /// partitions that it knows.
    private func grow(_ names: [String]) throws(EngineError) {
        var asked: Set<String> = []
        while true {
            let topics = try inKafka { () throws(KafkaError) in try admin.listTopics() }
            let small = topics.filter { names.contains($0.name) && $0.partitionCount < plan.new }.map(\.name)
            guard !small.isEmpty else { return }
            if stop.isSet { throw EngineError(.interrupted, "interrupted; the same command goes on where it stopped") }
            for name in small where asked.insert(name).inserted {
                progress("growing \(name) to \(plan.new) partitions")
                try inKafka { () throws(KafkaError) in try admin.growTopic(name, to: plan.new) }
            }
            stop.pause(milliseconds: EngineLimits.retryMilliseconds)
        }
    }

    private func move(_ entry: RepartitionLedger.Entry) throws(EngineError) -> Int {
        var moved = 0
        let ledger = RepartitionLedger(connection)
        let decided = try ledger.decidedPlaces(entry.topic)
        for (partition, end) in entry.ends.enumerated() {
            progress("moving \(entry.topic)/\(partition)")
            let mover = try PartitionMover(
                try input(entry.topic), partition: partition, end: end, old: plan.old, new: plan.new, kafka: kafka,
                admin: admin)
            let untold = try ledger.firstUntold(entry.topic, partition)
            moved += try mover.run(stop: stop) { (places) throws(EngineError) in
                try ledger.carryDecisions(entry.topic, places.filter { decided.contains($0.from) })
                try ledger.carryDebts(entry.topic, places.filter { $0.from.offset >= untold })
            }
        }
        return moved
    }

    private func input(_ topic: String) throws(EngineError) -> ViewInput {
        for view in plan.views {
            let configuration = try views.configuration(of: view, in: topology)
            if let input = configuration.inputs.first(where: { $0.topic == topic }) { return input }
        }
        throw EngineError(.topology, "no view of this version reads topic \(topic): it can't be decoded")
    }

    private func lock() throws(EngineError) {
        let isOurs = try inDatabase { () throws(PostgresError) in
            try connection.query("SELECT pg_try_advisory_lock(hashtextextended('tapefold.repartition', 0))").bool(0, 0)
        }
        guard isOurs else { throw EngineError(.topology, "another repartition is running; wait for it") }
    }

    /// Nobody folds or reroutes meanwhile: the views' groups are empty, or the views are paused whole.
    private func requireStandstill() throws(EngineError) {
        for view in plan.views {
            let group = try views.configuration(of: view, in: topology).groupId
            let members = try inKafka { () throws(KafkaError) in try admin.groups(named: group) }
                .filter { $0.name == group }.flatMap(\.members)
            guard !members.isEmpty else { continue }
            let pause = try inDatabase { () throws(PostgresError) in
                try LanePause.all(of: view, on: connection).first { $0.lane == nil }
            }
            guard let pause else {
                throw EngineError(
                    .topology,
                    "view \(view) has \(members.count) workers at work: stop them, or pause it with `tapefold pause "
                        + "\(view)`; and stop the producers")
            }
            try settle(pause)
        }
    }

    /// A pause is obeyed within a second; a batch in hand may take a while longer.
    private func settle(_ pause: LanePause) throws(EngineError) {
        while !stop.isSet {
            let age = try inDatabase { () throws(PostgresError) in
                try connection.query(
                    "SELECT (extract(epoch FROM now() - paused_at) * 1000)::bigint FROM tapefold.pause "
                        + "WHERE view = $1 AND lane = -1", [.text(pause.view)]
                ).int64(0, 0)
            }
            if age >= EngineLimits.pauseSettleMilliseconds { return }
            stop.pause(milliseconds: EngineLimits.retryMilliseconds)
        }
        throw EngineError(.interrupted, "interrupted; nothing was changed")
    }

    /// Where somebody has grown a topic by hand, producers may have used the new partitions already.
    private func requireEmptyPartitions() throws(EngineError) {
        var written: [String] = []
        for topic in plan.topics where topic.present == plan.new {
            for partition in plan.old..<plan.new {
                let end = try watermarks(topic.name, partition).high
                if end > 0 { written.append("\(topic.name)/\(partition) has \(end)") }
            }
        }
        guard written.isEmpty || options.acceptsOrder else {
            throw EngineError(
                .topology,
                "new partitions hold events already: \(written.prefix(4).joined(separator: ", ")). Their keys' earlier "
                    + "events would come to lie behind them, and be folded after them. Stop the producers; --accept-order "
                    + "goes on all the same")
        }
    }

    /// What the home views' workers would have produced again: misplaced records behind their checkpoints.
    private func rerouteTails() throws(EngineError) -> Int {
        var count = 0
        let catalog = BuildCatalog(connection)
        for view in plan.views {
            let configuration = try views.configuration(of: view, in: topology)
            let checkpoints = try inDatabase { () throws(PostgresError) -> [LaneOffsets] in
                guard let live = try catalog.liveBuild(of: view) else { return [] }
                return try catalog.checkpoints(of: live)
            }
            for input in configuration.inputs where input.isHome {
                for partition in 0..<plan.old {
                    let start = checkpoints.first { $0.lane == partition }?.next[input.topic] ?? 0
                    let end = try watermarks(input.topic, partition).high
                    guard start < end else { continue }
                    count += try TailReroute(input, partition: partition, range: start..<end, lanes: plan.old, kafka)
                        .run(stop: stop)
                }
            }
        }
        return count
    }

    private func ends(_ topic: String, _ partitions: Int) throws(EngineError) -> [Int64] {
        var ends: [Int64] = []
        for partition in 0..<partitions { ends.append(try watermarks(topic, partition).high) }
        return ends
    }

    private func watermarks(_ topic: String, _ partition: Int) throws(EngineError) -> KafkaWatermarks {
        try inKafka { () throws(KafkaError) in
            try admin.watermarks(TopicPartition(topic: topic, partition: Int32(partition)))
        }
    }
}
