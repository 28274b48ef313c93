import Telemetry

/// What the operator chose.
struct BrokerOptions: Equatable {
    var dataDirectory = ".tapefold/broker"
    var host = "127.0.0.1"
    var advertisedHost: String?
    var advertisedPort: Int32?
    var port = 9092
    var portFile: String?
    var log = LogSettings()
    /// nil: no metrics are served.
    var metrics: MetricsSettings?
    var autoCreateTopics = false
    var defaultPartitions = EmbeddedBrokerLimits.defaultPartitions
}

/// Why a connection is to be closed: what its client sent makes no sense.
struct ProtocolViolation: Error {
    var reason: String
}

/// Answers requests: everything between the frames of the network and the files of the log. One thread's own.
final class BrokerNode {
    let options: BrokerOptions
    let log: Logger
    let metrics = BrokerMetrics()
    let topics: TopicStore
    let offsets: OffsetStore
    var groups = GroupCoordinator()
    var producerIds: ProducerIds
    let clusterId: String
    let directory: DataDirectory
    var port: Int32 = 0

    /// Answers to joins and syncs that are still to come.
    var groupReplies: [ReplyToken: ResponseSlot] = [:]
    var fetchDeadlines = DeadlineHeap()
    var dirtyLogs: [PartitionLog] = []
    /// Connections with answers to send, for the reactor to take.
    var flushQueue: [Connection] = []
    private var nextToken: ReplyToken = 1
    private let memberIdSalt = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    private var nextMember: UInt64 = 0

    init(options: BrokerOptions, log: Logger) throws(BrokerFailure) {
        self.options = options
        self.log = log
        directory = try DataDirectory(path: options.dataDirectory)
        clusterId = directory.clusterId
        producerIds = try ProducerIds(path: "\(options.dataDirectory)/producer-ids")
        offsets = try OffsetStore(path: "\(options.dataDirectory)/offsets.log", log: log)
        topics = try TopicStore(directory: directory, log: log)
    }

    func makeToken() -> ReplyToken {
        defer { nextToken += 1 }
        return nextToken
    }

    /// Never the same twice, across restarts too.
    func makeMemberId(clientId: String?) -> String {
        nextMember += 1
        return "\(clientId ?? "member")-\(memberIdSalt)-\(nextMember)"
    }

    /// How this client is to reach the broker: by the address it has already reached it by when it listens on all.
    func address(for connection: Connection) -> BrokerAddress {
        let port = options.advertisedPort ?? port
        if let advertised = options.advertisedHost { return BrokerAddress(host: advertised, port: port) }
        if options.host == "0.0.0.0" || options.host == "::" {
            return BrokerAddress(host: Listener.address(of: connection.descriptor, local: true).host, port: port)
        }
        return BrokerAddress(host: options.host, port: port)
    }

    // MARK: Answers

    func complete(_ slot: ResponseSlot, _ chunks: [ResponseChunk]) {
        guard let connection = slot.connection, !connection.isClosed else { return }
        connection.fill(slot, chunks)
        // A long poll at the head would hold this answer back for as long as it waits.
        if let head = connection.headFetch, head.slot !== slot { finish(head) }
        queueFlush(connection)
    }

    func complete(_ slot: ResponseSlot, _ writer: WireWriter) {
        var writer = writer
        writer.patchInt32(Int32(clamping: writer.bytes.count - 4), at: 0)
        complete(slot, [.bytes(writer.bytes)])
    }

    /// Writes the body with the flexibility and header the request's version has.
    func answer(_ slot: ResponseSlot, capacity: Int = 256, _ body: (inout WireWriter) -> Void) {
        var writer = slot.header.responseWriter(capacity: capacity)
        body(&writer)
        complete(slot, writer)
    }

    func queueFlush(_ connection: Connection) {
        guard !connection.isQueued else { return }
        connection.isQueued = true
        flushQueue.append(connection)
    }

    // MARK: Requests

    /// Takes one whole frame (without its size). The frame is valid, and may be changed, during the call only.
    func handle(_ frame: UnsafeMutableRawBufferPointer, on connection: Connection, now: Int64) throws(ProtocolViolation)
    {
        do {
            var reader = WireReader(UnsafeRawBufferPointer(frame))
            let header = try RequestHeader.decode(&reader)
            guard let api = header.api else {
                throw ProtocolViolation(reason: "unknown api key \(header.key), version \(header.version)")
            }
            metrics.count(api)
            let slot = ResponseSlot(token: makeToken(), header: header, connection: connection)
            guard api.versions.contains(header.version) else {
                return try refuseVersion(api, header, slot, connection)
            }
            try dispatch(api, &reader, frame, slot, connection, now)
        } catch let violation as ProtocolViolation {
            throw violation
        } catch let failure as WireError {
            throw ProtocolViolation(reason: "malformed request: \(failure)")
        } catch {
            throw ProtocolViolation(reason: "\(error)")
        }
    }

    /// A version nobody announced: ApiVersions says which there are, in its oldest form; others lose the connection.
    private func refuseVersion(
        _ api: ApiKey, _ header: RequestHeader, _ slot: ResponseSlot, _ connection: Connection
    ) throws(ProtocolViolation) {
        guard api == .apiVersions else {
            throw ProtocolViolation(reason: "unsupported version \(header.version) of \(api)")
        }
        connection.append(slot)
        var writer = WireWriter()
        writer.int32(0)
        writer.int32(header.correlationId)
        ApiVersionsResponse.encode(&writer, version: 0, error: .unsupportedVersion)
        complete(slot, writer)
    }

    private func dispatch(
        _ api: ApiKey, _ reader: inout WireReader, _ frame: UnsafeMutableRawBufferPointer, _ slot: ResponseSlot,
        _ connection: Connection, _ now: Int64
    ) throws {
        let version = slot.header.version
        if api != .produce { connection.append(slot) }
        switch api {
        case .produce: try produce(&reader, frame, slot, connection)
        case .fetch: try fetch(&reader, slot, now)
        case .listOffsets: try listOffsets(&reader, slot)
        case .metadata: try metadata(&reader, slot, connection)
        case .offsetCommit: try offsetCommit(&reader, slot, now)
        case .offsetFetch: try offsetFetch(&reader, slot)
        case .findCoordinator: try findCoordinator(&reader, slot, connection)
        case .joinGroup: try joinGroup(&reader, slot, connection, now)
        case .syncGroup: try syncGroup(&reader, slot, connection, now)
        case .heartbeat: try heartbeat(&reader, slot, now)
        case .leaveGroup: try leaveGroup(&reader, slot, now)
        case .describeGroups: try describeGroups(&reader, slot)
        case .listGroups: try listGroups(&reader, slot)
        case .deleteGroups: try deleteGroups(&reader, slot)
        case .apiVersions: answer(slot) { ApiVersionsResponse.encode(&$0, version: version, error: .none) }
        case .createTopics: try createTopics(&reader, slot)
        case .deleteTopics: try deleteTopics(&reader, slot)
        case .createPartitions: try createPartitions(&reader, slot)
        case .initProducerId: try initProducerId(&reader, slot)
        case .offsetForLeaderEpoch: try offsetForLeaderEpoch(&reader, slot)
        case .describeConfigs: try describeConfigs(&reader, slot)
        case .describeCluster: describeCluster(slot, connection)
        }
    }

    /// The client is gone: nothing it waited for is waited for any longer.
    func connectionLost(_ connection: Connection, now: Int64) {
        for fetch in connection.pendingFetches() { cancel(fetch) }
        guard connection.usesGroups else { return }
        let tokens = connection.unansweredTokens
        for token in tokens { groupReplies[token] = nil }
        perform(groups.connectionLost(connection.id, tokens: tokens, now: now))
    }
}
