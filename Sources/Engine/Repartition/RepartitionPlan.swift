import Events

/// Which topics get more partitions together, and whether that is safe. Pure.
public struct RepartitionPlan: Sendable, Equatable {
    public struct Topic: Sendable, Equatable {
        public let name: String
        /// Partitions that it has now.
        public let present: Int
    }

    public let topics: [Topic]
    /// Their dead letters that exist.
    public let deadLetters: [String]
    public let views: [String]
    /// Partitions that the views were built from.
    public let old: Int
    public let new: Int

    /// Views share topics, and all topics of a view have equal counts: what hangs together grows together.
    public static func related(to name: String, in topology: Topology) -> (topics: [TopicDefinition], views: [String])?
    {
        var views = Set(topology.views.filter { $0.name == name }.map(\.name))
        var topics = Set(topology.topics.filter { $0.name == name }.map(\.name))
        guard !views.isEmpty || !topics.isEmpty else { return nil }
        while true {
            let before = (views.count, topics.count)
            for view in topology.views {
                let inputs = topology.inputs(of: view).map(\.name)
                if views.contains(view.name) || !topics.isDisjoint(with: inputs) {
                    views.insert(view.name)
                    topics.formUnion(inputs)
                }
            }
            if before == (views.count, topics.count) { break }
        }
        return (topology.topics.filter { topics.contains($0.name) }, topology.views.map(\.name).filter(views.contains))
    }

    /// - Parameters:
    ///   - built: by view, the lanes of its live build.
    ///   - present: by topic that exists, its partitions.
    public static func make(
        _ name: String, to new: Int, topology: Topology, built: [String: Int], present: [String: Int]
    ) throws(EngineError) -> RepartitionPlan {
        guard let (topics, views) = related(to: name, in: topology) else {
            throw EngineError(.topology, "\(name) is neither a view nor a topic of the topology")
        }
        let counts = Set(views.compactMap { built[$0] })
        guard counts.count <= 1 else {
            throw EngineError(
                .topology,
                "the views \(views.joined(separator: ", ")) were built from different counts of partitions; replay "
                    + "those that are behind first")
        }
        var found: [Topic] = []
        for topic in topics {
            guard let count = present[topic.name] else {
                throw EngineError(.kafka, "topic \(topic.name) does not exist: create it with `tapefold topics create`")
            }
            found.append(Topic(name: topic.name, present: count))
        }
        guard let old = counts.first ?? found.map(\.present).min() else {
            throw EngineError(.topology, "there is nothing to repartition")
        }
        // With a multiple a key stays, or moves to a partition that is new: so what lies misplaced in an old partition
        // stays misplaced, and a new partition's records come from one old one, in its order.
        guard new > old, new % old == 0 else {
            throw EngineError(
                .topology,
                "\(new) partitions: must be a multiple of the \(old) that views were built from, so that no misplaced "
                    + "record comes to lie right; take \(old * 2) or \(old * 3)")
        }
        if let odd = found.first(where: { $0.present != old && $0.present != new }) {
            throw EngineError(
                .topology,
                "topic \(odd.name) has \(odd.present) partitions, neither \(old) nor \(new): somebody has grown it; "
                    + (odd.present % old == 0
                        ? "repartition to \(odd.present)"
                        : "copy its events to a new cluster with `tapefold consume` and `produce`"))
        }
        let letters = topics.flatMap { topic in views.map { "\(topic.name).\($0).dlq" } }
        return RepartitionPlan(
            topics: found, deadLetters: letters.filter { present[$0] != nil }, views: views, old: old, new: new)
    }
}
