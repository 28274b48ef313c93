import Glibc

final class Topic {
    let name: String
    var configuration: TopicConfiguration
    var partitions: [PartitionLog]

    init(name: String, configuration: TopicConfiguration, partitions: [PartitionLog]) {
        self.name = name
        self.configuration = configuration
        self.partitions = partitions
    }

    func partition(_ index: Int32) -> PartitionLog? {
        index >= 0 && Int(index) < partitions.count ? partitions[Int(index)] : nil
    }
}

/// All topics, on disk and open.
final class TopicStore {
    private let directory: DataDirectory
    private let log: Logger
    private(set) var topics: [String: Topic] = [:]
    private var trashNumber = 0

    /// Opens, and where needed recovers, every topic there is.
    init(directory: DataDirectory, log: Logger) throws(BrokerFailure) {
        self.directory = directory
        self.log = log
        for name in try FileSystem.list("\(directory.path)/topics") {
            let topicPath = directory.topicPath(name)
            guard FileSystem.exists("\(topicPath)/topic") else {
                throw BrokerFailure(
                    "\(topicPath) is no topic: it has no file named topic; move it away and start again")
            }
            let (count, configuration) = try Self.readDescription("\(topicPath)/topic")
            topics[name] = Topic(
                name: name, configuration: configuration,
                partitions: try openPartitions(name, 0..<count, configuration))
        }
    }

    static func isLegal(_ name: String) -> Bool {
        guard !name.isEmpty, name != ".", name != "..", name.utf8.count <= EmbeddedBrokerLimits.maximumTopicNameBytes
        else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }

    /// Makes a topic; a crash or a failure leaves the whole topic or none.
    func create(_ name: String, partitions: Int, configuration: TopicConfiguration) throws(BrokerFailure) {
        try Self.requireDescriptors(partitions: partitions, of: name)
        let staging = "\(directory.path)/staging/\(name)"
        try FileSystem.removeTree(staging)
        for index in 0..<partitions { try FileSystem.makeDirectory("\(staging)/\(index)") }
        try writeDescription("\(staging)/topic", partitions, configuration)
        try FileSystem.move(staging, to: directory.topicPath(name))
        do throws(BrokerFailure) {
            try FileSystem.synchronizeDirectory("\(directory.path)/topics")
            topics[name] = Topic(
                name: name, configuration: configuration,
                partitions: try openPartitions(name, 0..<partitions, configuration))
        } catch {
            // Refused, it must not be there after the next start.
            try discard(directory.topicPath(name))
            throw error
        }
        log.info("topic=\(name) partitions=\(partitions) created")
    }

    /// A mark and a segment each.
    private static func requireDescriptors(partitions: Int, of topic: String) throws(BrokerFailure) {
        try Descriptors.require(
            2 * partitions, leaving: EmbeddedBrokerLimits.descriptorShareOfGrowth,
            for: "topic \(topic) with \(partitions) new partitions")
    }

    /// Takes a topic out of sight at once, and then away.
    private func discard(_ path: String) throws(BrokerFailure) {
        trashNumber += 1
        let trash = "\(directory.path)/trash/\(trashNumber)"
        try FileSystem.move(path, to: trash)
        try FileSystem.synchronizeDirectory("\(directory.path)/topics")
        try FileSystem.removeTree(trash)
    }

    func addPartitions(_ topic: Topic, count: Int) throws(BrokerFailure) {
        let path = directory.topicPath(topic.name)
        let before = topic.partitions.count
        try Self.requireDescriptors(partitions: count - before, of: topic.name)
        for index in before..<count { try FileSystem.makeDirectory("\(path)/\(index)") }
        let added = try openPartitions(topic.name, before..<count, topic.configuration)
        // Last: directories without it are no partitions, and serve the next try.
        try writeDescription("\(path)/topic", count, topic.configuration)
        topic.partitions += added
        log.info("topic=\(topic.name) partitions=\(count) extended")
    }

    /// Removes a topic and everything in it; whoever still reads its files finishes undisturbed.
    func delete(_ topic: Topic) throws(BrokerFailure) {
        topics[topic.name] = nil
        for partition in topic.partitions { partition.isDeleted = true }
        try discard(directory.topicPath(topic.name))
        log.info("topic=\(topic.name) deleted")
    }

    private func openPartitions(
        _ topic: String, _ range: Range<Int>, _ configuration: TopicConfiguration
    ) throws(BrokerFailure) -> [PartitionLog] {
        var partitions: [PartitionLog] = []
        for index in range {
            let path = "\(directory.topicPath(topic))/\(index)"
            try FileSystem.makeDirectory(path)
            let mark = try SyncMark(directory: path)
            let recovered = try LogRecovery(directory: path, mark: try mark.read(), log: log).recover()
            try mark.write(segment: recovered.active.baseOffset, position: recovered.active.durableSize)
            let partition = PartitionLog(
                topic: topic, partition: Int32(index), directory: path, configuration: configuration,
                recovered: recovered, mark: mark, log: log)
            partitions.append(partition)
        }
        return partitions
    }

    // MARK: The description file: one name=value a line

    private func writeDescription(
        _ path: String, _ partitions: Int, _ configuration: TopicConfiguration
    ) throws(BrokerFailure) {
        var text = "partitions=\(partitions)\n"
        for (name, value) in configuration.given.sorted(by: { $0.key < $1.key }) { text += "\(name)=\(value)\n" }
        try FileSystem.replace(path, with: Array(text.utf8), durable: true)
    }

    private static func readDescription(_ path: String) throws(BrokerFailure) -> (Int, TopicConfiguration) {
        let text = String(decoding: try FileSystem.readAll(path), as: UTF8.self)
        var partitions: Int?
        var configuration = TopicConfiguration()
        for line in text.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            let name = String(line[..<equals])
            let value = String(line[line.index(after: equals)...])
            if name == "partitions" {
                partitions = Int(value)
                continue
            }
            do throws(TopicConfiguration.Refusal) {
                try configuration.set(name, value)
            } catch {
                throw BrokerFailure("\(path): \(error.reason)")
            }
        }
        guard let partitions, partitions > 0 else { throw BrokerFailure("\(path): no partition count") }
        return (partitions, configuration)
    }
}
