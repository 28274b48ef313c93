import Kafka

/// Whether a worker is there to go on from a build once it is live.
enum WorkerPresence {
    /// - Throws: `.build` when no member is in the group of the view's fold number.
    static func check(
        _ view: ViewConfiguration, _ configuration: WorkerConfiguration, _ options: ReplayOptions
    ) throws(EngineError) {
        guard options.needsWorker else { return }
        let groups = try inKafka { () throws(KafkaError) in
            try KafkaAdmin(configuration: configuration.kafka).groups(named: view.groupId)
        }
        guard groups.contains(where: { !$0.members.isEmpty }) else {
            throw EngineError(
                .build,
                "no worker serves fold \(view.definition.foldNumber) of view \(view.name): its group \(view.groupId) is "
                    + "empty, so nobody would go on from the new build; start a \(view.name)-processor of this version, "
                    + "or give --force when workers are down on purpose")
        }
    }
}
