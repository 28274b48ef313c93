import Domain
import Engine
import Events
import Kafka
import Projections

/// What lies in the topics at the end of a soak, read back lane by lane.
struct SoakLog: Sendable {
    static let lanes: Int32 = 4
    private let configuration: KafkaConfiguration
    private let inputs: [EventKind]

    init(_ stack: Stack) { self.init(stack.kafka(), stack.topology) }

    /// - Parameter views: nil reads what any view of the topology does.
    init(_ configuration: KafkaConfiguration, _ topology: Topology, of views: [String]? = nil) {
        self.configuration = configuration
        let read = topology.views.filter { views?.contains($0.name) ?? true }
        inputs = EventKind.allCases.filter { kind in
            read.contains { view in topology.inputs(of: view).contains { $0.name == kind.topic } }
        }
    }

    /// Hands over each record of a lane, in each partition's order.
    func read(lane: Int32, topics: [String], _ body: (KafkaRecord, _ topic: String) throws -> Void) throws {
        let consumer = try KafkaConsumer(configuration: configuration, groupId: nil)
        defer { consumer.close() }
        let places = topics.map { TopicPartition(topic: $0, partition: lane) }
        let admin = try KafkaAdmin(configuration: configuration)
        var left: [String: Int64] = [:]
        for place in places {
            let end = try eventually("the end of \(place)") { try admin.watermarks(place).high }
            if end > 0 { left[place.topic] = end }
        }
        let queue = try consumer.laneQueue(for: places)
        try consumer.assign(places.map { TopicPartitionOffset($0, offset: 0) })
        while !left.isEmpty {
            let batch = try eventually("records of lane \(lane)") { () -> KafkaBatch? in
                _ = consumer.poll(timeoutMilliseconds: 0)
                let batch = queue.consumeBatch(maximumMessages: 4_000, timeoutMilliseconds: 100)
                return batch.count > 0 ? batch : nil
            }
            for index in 0..<batch.count {
                let record = batch[index]
                let topic = queue.topicNames[record.topicIndex]
                try body(record, topic)
                if let end = left[topic], record.offset + 1 >= end { left[topic] = nil }
            }
        }
    }

    /// The lane's events that lie where their key says, as every view takes them.
    func events(lane: Int32, _ count: (KafkaRecord, _ topic: String, _ isInPlace: Bool) -> Void) throws -> [FoldEvent] {
        let decoder = EventDecoder()
        let kinds = Dictionary(uniqueKeysWithValues: inputs.map { ($0.topic, $0) })
        var events: [FoldEvent] = []
        try read(lane: lane, topics: inputs.map(\.topic)) { record, topic in
            guard let kind = kinds[topic], let value = record.value else { return }
            let decoded = try decoder.decode(kind, value: value)
            let key = Array(decoded.payload.partitionKey.utf8)
            let isInPlace =
                record.key?.isEmpty == false
                && KafkaPartitioner.murmur2.partition(forKey: key, count: Self.lanes) == lane
            count(record, topic, isInPlace)
            if isInPlace { events.append(FoldEvent(decoded: decoded, input: 0, offset: record.offset)) }
        }
        return events
    }
}

/// Whether everything that was acknowledged is in the log, and nothing else: by a hash of each event's topic and bytes.
struct SoakAudit {
    private var owed: [Int: Int] = [:]
    private(set) var sent = 0
    private(set) var inPlace = 0
    private(set) var misplaced = 0
    private(set) var unknown = 0
    private(set) var ofViews = 0
    private static let ofView = Array("\"source\":\"/tapefold/".utf8)

    init(_ tape: SoakTape) throws {
        var owed: [Int: Int] = [:]
        var sent = 0
        try tape.run { event in
            owed[Self.hash(event.topic, event.value), default: 0] += 1
            sent += 1
        }
        self.owed = owed
        self.sent = sent
    }

    mutating func found(_ record: KafkaRecord, _ topic: String, isInPlace: Bool) {
        guard isInPlace else {
            misplaced += 1
            return
        }
        inPlace += 1
        guard let value = record.value else { return }
        let hash = Self.hash(topic, value)
        guard let count = owed[hash] else {
            if Array(value).firstRange(of: Self.ofView) != nil { ofViews += 1 } else { unknown += 1 }
            return
        }
        owed[hash] = count - 1
    }

    var lost: Int { owed.values.reduce(0) { $0 + max($1, 0) } }
    /// Produced again more often than sent: a rerouting that was interrupted. Identity makes one of them.
    var extra: Int { owed.values.reduce(0) { $0 + max(-$1, 0) } }

    private static func hash(_ topic: String, _ value: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(topic)
        hasher.combine(bytes: value)
        return hasher.finalize()
    }
}
