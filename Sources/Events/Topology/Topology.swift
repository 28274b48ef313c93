/// The topics, and which view folds which. Read from topology/topology.json once, at the start of a process.
public struct Topology: Sendable, Equatable {
    public let topics: [TopicDefinition]
    /// The views, then the reactors.
    public let views: [ViewDefinition]
    private let indices: [String: TopicIndex]
    /// By topic: the first view that lists it, which re-routes its misplaced records.
    private let homes: [Int?]

    init(topics: [TopicDefinition], views: [ViewDefinition]) {
        self.topics = topics
        self.views = views
        indices = Dictionary(topics.map { ($0.name, $0.index) }, uniquingKeysWith: { first, _ in first })
        homes = topics.map { topic in views.firstIndex { $0.inputs.contains(topic.index) } }
    }

    public subscript(index: TopicIndex) -> TopicDefinition { topics[index.rawValue] }

    public func index(ofTopic name: String) -> TopicIndex? { indices[name] }

    public func topic(named name: String) -> TopicDefinition? { indices[name].map { self[$0] } }

    public func topic(of kind: EventKind) -> TopicDefinition? { topic(named: kind.topic) }

    public func view(named name: String) -> ViewDefinition? { views.first { $0.name == name } }

    /// The view that produces a topic's misplaced records again; `nil` when none folds the topic.
    public func homeView(of topic: TopicIndex) -> ViewDefinition? { homes[topic.rawValue].map { views[$0] } }

    public func inputs(of view: ViewDefinition) -> [TopicDefinition] { view.inputs.map { self[$0] } }

    /// Where a view's copies of a topic's parked events go.
    public func deadLetterTopic(of topic: TopicIndex, view: ViewDefinition) -> String {
        Self.deadLetterTopic(self[topic].name, view.name)
    }

    static func deadLetterTopic(_ topic: String, _ view: String) -> String { "\(topic).\(view).dlq" }

    /// Every topic that must exist: the event topics, then the dead letters.
    public var creations: [TopicCreation] {
        let events = topics.map { topic in
            var retention: Int64?
            if case .window(let milliseconds) = topic.history { retention = milliseconds }
            return TopicCreation(name: topic.name, partitions: topic.partitions, retentionMilliseconds: retention)
        }
        let deadLetters = views.flatMap { view in
            view.inputs.map { topic in
                TopicCreation(
                    name: deadLetterTopic(of: topic, view: view), partitions: self[topic].partitions,
                    retentionMilliseconds: nil)
            }
        }
        return events + deadLetters
    }
}

/// What is wrong with a topology file, and what to do.
public struct TopologyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// `topics.orders.placed.partitions`, a file's path.
    public let place: String
    public let reason: String
    public let remedy: String

    public init(place: String, reason: String, remedy: String) {
        self.place = place
        self.reason = reason
        self.remedy = remedy
    }

    public var description: String { "topology: \(place) \(reason): \(remedy)" }
}
