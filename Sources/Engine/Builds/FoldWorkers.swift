import Kafka

/// The workers of a view's fold, as its consumer group knows them.
struct FoldWorkers {
    private let view: ViewConfiguration
    private let admin: KafkaAdmin

    init(_ view: ViewConfiguration, _ kafka: KafkaConfiguration) throws(EngineError) {
        self.view = view
        admin = try inKafka { () throws(KafkaError) in try KafkaAdmin(configuration: kafka) }
    }

    /// Refuses to put a build of another fold in the live one's place while nobody would go on with it: the view would
    /// stand still.
    func check(over live: Build) throws(EngineError) {
        guard live.fold != view.definition.foldNumber else { return }
        let groups = try inKafka { () throws(KafkaError) in try admin.groups(named: view.groupId) }
        guard groups.allSatisfy(\.members.isEmpty) else { return }
        throw EngineError(
            .build,
            "build \(live.name) of view \(view.name) is live and no worker of fold \(view.definition.foldNumber) is there to "
                + "take over from its workers: start the processor of this version, which stands by until the swap, and "
                + "run `tapefold replay \(view.name)` again")
    }
}
