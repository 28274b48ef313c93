import Foundation

extension Topology {
    /// The environment variable that names another topology file.
    public static let environmentVariable = "TAPEFOLD_TOPOLOGY"

    /// The file that `TAPEFOLD_TOPOLOGY` names, else the copy of topology/topology.json built into the program.
    public static func inForce(environment: [String: String]) throws(TopologyError) -> Topology {
        guard let path = environment[environmentVariable], !path.isEmpty else { return try standard() }
        return try load(path: path)
    }

    /// The topology that this build was made with.
    public static func standard() throws(TopologyError) -> Topology {
        try parse(Data(standardJSON.utf8), place: "the built-in topology")
    }

    public static func load(path: String) throws(TopologyError) -> Topology {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw TopologyError(
                place: path, reason: "cannot be read", remedy: "check the path in \(environmentVariable)")
        }
        return try parse(data, place: path)
    }

    /// The topology in force as a file, with other counts of partitions where `partitions` gives one for a topic.
    public static func text(
        environment: [String: String], partitions: (String) -> Int?
    ) throws(TopologyError) -> Data {
        var data = Data(standardJSON.utf8)
        if let path = environment[environmentVariable], !path.isEmpty {
            guard let read = FileManager.default.contents(atPath: path) else {
                throw TopologyError(
                    place: path, reason: "cannot be read", remedy: "check the path in \(environmentVariable)")
            }
            data = read
        }
        _ = try parse(data, place: "the topology in force")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes]
        do {
            var file = try JSONDecoder().decode(TopologyFile.self, from: data)
            for index in file.topics.indices {
                if let count = partitions(file.topics[index].name) { file.topics[index].partitions = count }
            }
            return try encoder.encode(file)
        } catch {
            throw TopologyError(
                place: "the topology in force", reason: wording(error), remedy: "compare it with topology/topology.json"
            )
        }
    }

    /// - Parameter place: what to call the text in errors.
    public static func parse(_ json: Data, place: String) throws(TopologyError) -> Topology {
        let file: TopologyFile
        do {
            file = try JSONDecoder().decode(TopologyFile.self, from: json)
        } catch {
            throw TopologyError(
                place: place, reason: "does not follow its format: \(wording(error))",
                remedy: "compare it with topology/topology.json")
        }
        return try file.topology()
    }

    private static func wording(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(path(context)) has no \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "\(path(context)): \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }
}

/// topology.json as it is written.
struct TopologyFile: Codable {
    struct Topic: Codable {
        var name: String
        var key: String
        var identity: String?
        var partitioner: TopicDefinition.Partitioner
        var partitions: Int
        var history: String
        var retentionHours: Int64?
    }

    struct View: Codable {
        var name: String
        var inputs: [String]
        var parkingKey: ViewDefinition.ParkingKey
        var policy: ViewDefinition.Policy
        var outputs: [String]
        var deadLetters: [String]
    }

    var topics: [Topic]
    var views: [View]
    var reactors: [View]?

    func topology() throws(TopologyError) -> Topology {
        try checkNames(topics.map(\.name), place: "topics")
        let reactors = reactors ?? []
        try checkNames((views + reactors).map(\.name), place: "views")
        var definitions: [TopicDefinition] = []
        for (index, topic) in topics.enumerated() { definitions.append(try topic.definition(TopicIndex(index))) }
        var viewDefinitions: [ViewDefinition] = []
        for view in views { viewDefinitions.append(try view.definition(definitions, isReactor: false)) }
        for reactor in reactors { viewDefinitions.append(try reactor.definition(definitions, isReactor: true)) }
        return Topology(topics: definitions, views: viewDefinitions)
    }

    private func checkNames(_ names: [String], place: String) throws(TopologyError) {
        var seen: Set<String> = []
        for name in names {
            let isLegal =
                !name.isEmpty && name.utf8.count <= TopologyLimits.maximumNameBytes
                && name.utf8.allSatisfy { byte in
                    (byte | 0x20) &- 97 < 26 || byte &- 48 < 10 || [45, 46, 95].contains(byte)
                }
            guard isLegal, name != ".", name != ".." else {
                throw TopologyError(
                    place: "\(place).\(name)", reason: "is not a name that Kafka takes",
                    remedy: "use letters, digits, dots, dashes and underscores")
            }
            guard seen.insert(name).inserted else {
                throw TopologyError(place: "\(place).\(name)", reason: "stands there twice", remedy: "remove one")
            }
        }
    }
}

extension TopologyFile.Topic {
    func definition(_ index: TopicIndex) throws(TopologyError) -> TopicDefinition {
        guard (1...TopologyLimits.maximumPartitions).contains(partitions) else {
            throw error(
                "partitions", "is \(partitions), not 1 to \(TopologyLimits.maximumPartitions)", "choose another")
        }
        let kind = EventKind(topic: name)
        let definition = TopicDefinition(
            index: index, name: name, key: key, identity: try parsedIdentity(), partitioner: partitioner,
            partitions: partitions, history: try parsedHistory(), kind: kind)
        if let kind { try check(definition, kind) }
        return definition
    }

    private func parsedIdentity() throws(TopologyError) -> TopicDefinition.Identity {
        guard let identity else { return .none }
        if identity == "source+id" { return .sourceAndId }
        let fields = identity.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
        guard fields.count >= 2, fields.allSatisfy({ !$0.isEmpty }), Set(fields).count == fields.count else {
            throw error("identity", "is \"\(identity)\"", "write null, source+id, or fields joined by +")
        }
        return .fields(fields)
    }

    private func parsedHistory() throws(TopologyError) -> TopicDefinition.History {
        switch (history, retentionHours) {
        case ("complete", nil): return .complete
        case ("window", let hours?) where (1...TopologyLimits.maximumRetentionHours).contains(hours):
            return .window(retentionMilliseconds: hours * 3_600_000)
        case ("complete", _?):
            throw error("retentionHours", "contradicts history complete", "remove it, or make the history a window")
        case ("window", _):
            throw error(
                "retentionHours", "is missing or not 1 to \(TopologyLimits.maximumRetentionHours)",
                "say how long a window keeps events")
        default: throw error("history", "is \"\(history)\"", "write complete or window")
        }
    }

    /// The code decodes this topic, so the file may not say otherwise of its key and identity.
    private func check(_ definition: TopicDefinition, _ kind: EventKind) throws(TopologyError) {
        let expected: TopicDefinition.Identity =
            switch kind.identity {
            case .none: .none
            case .sourceAndId: .sourceAndId
            case .userAndOrder: .fields(["userId", "orderId"])
            case .userAndTrade: .fields(["userId", "tradeId"])
            case .userAndNotification: .fields(["userId", "notificationId"])
            case .userAndPayment: .fields(["userId", "paymentId"])
            }
        guard definition.identity == expected else {
            throw error(
                "identity", "differs from what this build folds by", "leave it as topology/topology.json has it")
        }
        let key = kind.isKeyedBySymbol ? "symbol" : "userId"
        guard definition.key == key else {
            throw error("key", "is \(definition.key), but this build partitions by \(key)", "write \(key)")
        }
    }

    private func error(_ field: String, _ reason: String, _ remedy: String) -> TopologyError {
        TopologyError(place: "topics.\(name).\(field)", reason: reason, remedy: remedy)
    }
}

extension TopologyFile.View {
    func definition(_ topics: [TopicDefinition], isReactor: Bool) throws(TopologyError) -> ViewDefinition {
        let inputs = try find(inputs, "inputs", topics)
        let outputs = try find(outputs, "outputs", topics)
        guard let first = inputs.first else { throw error("inputs", "is empty", "name at least one topic") }
        for input in inputs where input.partitions != first.partitions {
            throw error(
                "inputs",
                "have unequal partition counts: \(first.name) \(first.partitions), \(input.name) \(input.partitions)",
                "give all topics of a view the same; a lane is the same partition of each")
        }
        let expected = inputs.map { Topology.deadLetterTopic($0.name, name) }
        guard deadLetters == expected else {
            throw error("deadLetters", "are not its inputs'", "write \(expected.joined(separator: ", "))")
        }
        return ViewDefinition(
            name: name, isReactor: isReactor, inputs: inputs.map(\.index), parkingKey: parkingKey, policy: policy,
            outputs: outputs.map(\.index), partitions: first.partitions)
    }

    private func find(
        _ names: [String], _ field: String, _ topics: [TopicDefinition]
    ) throws(TopologyError) -> [TopicDefinition] {
        var found: [TopicDefinition] = []
        for name in names {
            guard let topic = topics.first(where: { $0.name == name }) else {
                throw error(field, "names \(name), which is no topic", "add the topic, or correct the name")
            }
            guard !found.contains(topic) else { throw error(field, "name \(name) twice", "remove one") }
            found.append(topic)
        }
        return found
    }

    private func error(_ field: String, _ reason: String, _ remedy: String) -> TopologyError {
        TopologyError(place: "views.\(name).\(field)", reason: reason, remedy: remedy)
    }
}

/// What a topology file may hold.
public enum TopologyLimits {
    public static let maximumPartitions = 1_024
    public static let maximumRetentionHours: Int64 = 24 * 366 * 10
    /// Kafka's.
    public static let maximumNameBytes = 249
}
