/// The requests this broker answers, each with the range of versions it speaks.
///
/// The lower ends follow Kafka 4.0, whose ranges librdkafka 2.0.2 derives its features from; the upper ends stay below
/// the versions that address topics by id.
enum ApiKey: Int16, CaseIterable {
    case produce = 0
    case fetch = 1
    case listOffsets = 2
    case metadata = 3
    case offsetCommit = 8
    case offsetFetch = 9
    case findCoordinator = 10
    case joinGroup = 11
    case heartbeat = 12
    case leaveGroup = 13
    case syncGroup = 14
    case describeGroups = 15
    case listGroups = 16
    case apiVersions = 18
    case createTopics = 19
    case deleteTopics = 20
    case initProducerId = 22
    case offsetForLeaderEpoch = 23
    case describeConfigs = 32
    case createPartitions = 37
    case deleteGroups = 42
    case describeCluster = 60

    /// Produce is announced from 0 although only 3 and up are answered with success: older librdkafka looks for
    /// versions 1 and 2 in the range before it will use anything newer.
    var versions: ClosedRange<Int16> {
        switch self {
        case .produce: 0...9
        case .fetch: 4...12
        case .listOffsets: 1...7
        case .metadata: 0...9
        case .offsetCommit: 2...8
        case .offsetFetch: 1...8
        case .findCoordinator: 0...4
        case .joinGroup: 0...8
        case .heartbeat: 0...4
        case .leaveGroup: 0...5
        case .syncGroup: 0...5
        case .describeGroups: 0...5
        case .listGroups: 0...4
        case .apiVersions: 0...3
        case .createTopics: 0...6
        case .deleteTopics: 0...5
        case .initProducerId: 0...4
        case .offsetForLeaderEpoch: 2...4
        case .describeConfigs: 1...4
        case .createPartitions: 0...3
        case .deleteGroups: 0...2
        case .describeCluster: 0...1
        }
    }

    /// The first version with compact lengths and tagged fields.
    var firstFlexibleVersion: Int16 {
        switch self {
        case .produce: 9
        case .fetch: 12
        case .listOffsets: 6
        case .metadata: 9
        case .offsetCommit: 8
        case .offsetFetch: 6
        case .findCoordinator: 3
        case .joinGroup: 6
        case .heartbeat, .leaveGroup, .syncGroup, .deleteTopics, .offsetForLeaderEpoch, .describeConfigs: 4
        case .describeGroups, .createTopics: 5
        case .listGroups, .apiVersions: 3
        case .initProducerId, .createPartitions, .deleteGroups: 2
        case .describeCluster: 0
        }
    }
}

/// The header that every request starts with.
struct RequestHeader: Equatable {
    var key: Int16
    var version: Int16
    var correlationId: Int32
    var clientId: String?

    var api: ApiKey? { ApiKey(rawValue: key) }

    var flexible: Bool {
        guard let api else { return false }
        return version >= api.firstFlexibleVersion
    }

    /// Leaves the reader at the request's body, set to its flexibility.
    static func decode(_ reader: inout WireReader) throws(WireError) -> RequestHeader {
        var header = RequestHeader(
            key: try reader.int16("api key"), version: try reader.int16("api version"),
            correlationId: try reader.int32("correlation id"), clientId: nil)
        // The client id keeps its int16 length in every header version.
        header.clientId = try reader.nullableString("client id")
        reader.flexible = header.flexible
        try reader.tags()
        return header
    }

    /// A writer that holds the response's size (to be patched) and header.
    func responseWriter(capacity: Int = 256) -> WireWriter {
        var writer = WireWriter(flexible: flexible, capacity: capacity)
        writer.int32(0)
        writer.int32(correlationId)
        // ApiVersions answers with header version 0 always: the client cannot know ours yet.
        if key != ApiKey.apiVersions.rawValue { writer.tags() }
        return writer
    }
}
