import Kafka

/// The workers of a view's fold, as its consumer group knows them.
struct FoldWorkers {
    private let view: ViewConfiguration
    private let admin: KafkaAdmin
    private let isNeeded: Bool

    /// - Parameter isNeeded: false where workers are down on purpose.
    init(_ view: ViewConfiguration, _ kafka: KafkaConfiguration, isNeeded: Bool) throws(EngineError) {
        self.view = view
        self.isNeeded = isNeeded
        admin = try inKafka { () throws(KafkaError) in try KafkaAdmin(configuration: kafka) }
    }

    /// Refuses to put a build in the live one's place while nobody would go on with it: the view would stand still. Workers
    /// of a view whose topics have more partitions now can only start behind the swap.
    func check(over live: Build) throws(EngineError) {
        guard isNeeded, live.lanes == view.lanes else { return }
        let groups = try inKafka { () throws(KafkaError) in try admin.groups(named: view.groupId) }
        guard groups.allSatisfy(\.members.isEmpty) else { return }
        throw EngineError(
            .build,
            "build \(live.name) of view \(view.name) is live and no worker of fold \(view.definition.foldNumber) is there to "
                + "take over from its workers: start the processor of this version, which stands by until the swap, and "
                + "try again; or give --force when workers are down on purpose")
    }
}
