struct CreateTopicsRequest {
    struct Topic {
        var name: String
        var partitions: Int32
        var replicationFactor: Int16
        var assignments: [(partition: Int32, brokers: [Int32])]
        var configs: [(name: String, value: String?)]
    }
    var topics: [Topic]
    var validateOnly: Bool

    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> CreateTopicsRequest {
        let topics = try reader.array("topics") { (reader: inout WireReader) throws(WireError) -> Topic in
            let name = try reader.string("topic")
            let partitions = try reader.int32("partitions")
            let factor = try reader.int16("replication factor")
            let assignments = try reader.array("assignments") {
                (reader: inout WireReader) throws(WireError) -> (partition: Int32, brokers: [Int32]) in
                let partition = try reader.int32("partition")
                let brokers = try reader.array("brokers") { (reader: inout WireReader) throws(WireError) -> Int32 in
                    try reader.int32("broker")
                }
                try reader.tags()
                return (partition, brokers)
            }
            let configs = try reader.array("configs") {
                (reader: inout WireReader) throws(WireError) -> (name: String, value: String?) in
                let config = (name: try reader.string("config"), value: try reader.nullableString("config value"))
                try reader.tags()
                return config
            }
            try reader.tags()
            return Topic(
                name: name, partitions: partitions, replicationFactor: factor, assignments: assignments,
                configs: configs)
        }
        _ = try reader.int32("timeout")
        let validateOnly = version >= 1 ? try reader.bool("validate only") : false
        try reader.tags()
        return CreateTopicsRequest(topics: topics, validateOnly: validateOnly)
    }
}

struct CreateTopicsResponse {
    struct Topic {
        var name: String
        var error: ErrorCode
        var message: String?
        var partitions: Int32 = -1
        var configs: [ConfigEntry] = []
    }
    var topics: [Topic]

    func encode(_ writer: inout WireWriter, version: Int16) {
        if version >= 2 { writer.int32(0) }
        writer.array(topics) { writer, topic in
            writer.string(topic.name)
            writer.error(topic.error)
            if version >= 1 { writer.string(topic.message) }
            if version >= 5 {
                writer.int32(topic.partitions)
                writer.int16(topic.error == .none ? 1 : -1)
                writer.array(topic.configs) { writer, config in
                    writer.string(config.name)
                    writer.string(config.value)
                    writer.bool(config.readOnly)
                    writer.int8(config.source)
                    writer.bool(false)
                    writer.tags()
                }
            }
            writer.tags()
        }
        writer.tags()
    }
}

/// One configuration value as DescribeConfigs and CreateTopics show it.
struct ConfigEntry: Equatable {
    static let topicSource: Int8 = 1
    static let staticBrokerSource: Int8 = 4
    static let defaultSource: Int8 = 5

    var name: String
    var value: String
    var source: Int8
    var readOnly: Bool
}

struct DescribeConfigsRequest {
    static let topicType: Int8 = 2
    static let brokerType: Int8 = 4

    struct Resource {
        var type: Int8
        var name: String
        var keys: [String]?
    }
    var resources: [Resource]

    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> DescribeConfigsRequest {
        let resources = try reader.array("resources") { (reader: inout WireReader) throws(WireError) -> Resource in
            let type = try reader.int8("resource type")
            let name = try reader.string("resource")
            let keys = try reader.nullableArray("keys") { (reader: inout WireReader) throws(WireError) -> String in
                try reader.string("key")
            }
            try reader.tags()
            return Resource(type: type, name: name, keys: keys)
        }
        _ = try reader.bool("include synonyms")
        if version >= 3 { _ = try reader.bool("include documentation") }
        try reader.tags()
        return DescribeConfigsRequest(resources: resources)
    }
}

struct DescribeConfigsResponse {
    struct Result {
        var error: ErrorCode
        var message: String?
        var type: Int8
        var name: String
        var entries: [ConfigEntry]
    }
    var results: [Result]

    func encode(_ writer: inout WireWriter, version: Int16) {
        writer.int32(0)
        writer.array(results) { writer, result in
            writer.error(result.error)
            writer.string(result.message)
            writer.int8(result.type)
            writer.string(result.name)
            writer.array(result.entries) { writer, entry in
                writer.string(entry.name)
                writer.string(entry.value)
                writer.bool(entry.readOnly)
                writer.int8(entry.source)
                writer.bool(false)
                writer.array([Int]()) { _, _ in }
                if version >= 3 {
                    writer.int8(0)
                    writer.string(nil)
                }
                writer.tags()
            }
            writer.tags()
        }
        writer.tags()
    }
}

struct CreatePartitionsRequest {
    var topics: [(name: String, count: Int32)]
    var validateOnly: Bool

    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> CreatePartitionsRequest {
        let topics = try reader.array("topics") {
            (reader: inout WireReader) throws(WireError) -> (name: String, count: Int32) in
            let topic = (name: try reader.string("topic"), count: try reader.int32("count"))
            _ = try reader.nullableArray("assignments") { (reader: inout WireReader) throws(WireError) -> Bool in
                _ = try reader.array("brokers") { (reader: inout WireReader) throws(WireError) -> Int32 in
                    try reader.int32("broker")
                }
                try reader.tags()
                return true
            }
            try reader.tags()
            return topic
        }
        _ = try reader.int32("timeout")
        let validateOnly = try reader.bool("validate only")
        try reader.tags()
        return CreatePartitionsRequest(topics: topics, validateOnly: validateOnly)
    }
}

/// A list of names, which is all that some requests are.
enum NameList {
    static func decode(_ reader: inout WireReader, _ field: String) throws(WireError) -> [String] {
        try reader.array(field) { (reader: inout WireReader) throws(WireError) -> String in
            try reader.string(field)
        }
    }
}

/// A name with what became of it, which is all that some responses are.
struct NamedResult {
    var name: String
    var error: ErrorCode
    var message: String?
}

struct InitProducerIdRequest {
    var transactionalId: String?

    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> InitProducerIdRequest {
        let id = try reader.nullableString("transactional id")
        _ = try reader.int32("transaction timeout")
        if version >= 3 {
            _ = try reader.int64("producer id")
            _ = try reader.int16("producer epoch")
        }
        try reader.tags()
        return InitProducerIdRequest(transactionalId: id)
    }
}
