struct MetadataRequest {
    /// Nil asks for every topic.
    var topics: [String]?
    var allowAutoTopicCreation: Bool

    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> MetadataRequest {
        var topics = try reader.nullableArray("topics") { (reader: inout WireReader) throws(WireError) -> String in
            let name = try reader.string("topic")
            try reader.tags()
            return name
        }
        // Version 0 has no null: its empty list asks for all.
        if version == 0, topics?.isEmpty == true { topics = nil }
        let allow = version >= 4 ? try reader.bool("allow auto topic creation") : true
        if version >= 8 {
            _ = try reader.bool("include cluster operations")
            _ = try reader.bool("include topic operations")
        }
        try reader.tags()
        return MetadataRequest(topics: topics, allowAutoTopicCreation: allow)
    }
}

/// The one node there is, as clients are to reach it.
struct BrokerAddress {
    static let nodeId: Int32 = 1
    var host: String
    var port: Int32
}

struct MetadataResponse {
    struct Topic {
        var error: ErrorCode
        var name: String
        var partitionCount: Int
    }
    /// What "authorized operations" says when nobody asked.
    static let operationsNotAsked = Int32.min

    var broker: BrokerAddress
    var clusterId: String
    var topics: [Topic]

    func encode(_ writer: inout WireWriter, version: Int16) {
        if version >= 3 { writer.int32(0) }
        writer.array([broker]) { writer, broker in
            writer.int32(BrokerAddress.nodeId)
            writer.string(broker.host)
            writer.int32(broker.port)
            if version >= 1 { writer.string(nil) }
            writer.tags()
        }
        if version >= 2 { writer.string(clusterId) }
        if version >= 1 { writer.int32(BrokerAddress.nodeId) }
        writer.array(topics) { writer, topic in
            writer.error(topic.error)
            writer.string(topic.name)
            if version >= 1 { writer.bool(false) }
            writer.array(Array(0..<topic.partitionCount)) { writer, index in
                Self.partition(&writer, index: Int32(index), version: version)
            }
            if version >= 8 { writer.int32(Self.operationsNotAsked) }
            writer.tags()
        }
        if version >= 8 { writer.int32(Self.operationsNotAsked) }
        writer.tags()
    }

    private static func partition(_ writer: inout WireWriter, index: Int32, version: Int16) {
        writer.error(.none)
        writer.int32(index)
        writer.int32(BrokerAddress.nodeId)
        if version >= 7 { writer.int32(PartitionLog.leaderEpoch) }
        writer.array([BrokerAddress.nodeId]) { $0.int32($1) }
        writer.array([BrokerAddress.nodeId]) { $0.int32($1) }
        if version >= 5 { writer.array([Int32]()) { $0.int32($1) } }
        writer.tags()
    }
}

enum ApiVersionsResponse {
    static func encode(_ writer: inout WireWriter, version: Int16, error: ErrorCode) {
        writer.error(error)
        writer.array(ApiKey.allCases) { writer, api in
            writer.int16(api.rawValue)
            writer.int16(api.versions.lowerBound)
            writer.int16(api.versions.upperBound)
            writer.tags()
        }
        if version >= 1 { writer.int32(0) }
        writer.tags()
    }
}

struct FindCoordinatorRequest {
    static let groupType: Int8 = 0
    static let transactionType: Int8 = 1
    var keys: [String]
    var type: Int8

    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> FindCoordinatorRequest {
        var keys: [String] = []
        if version <= 3 { keys = [try reader.string("key")] }
        let type = version >= 1 ? try reader.int8("key type") : groupType
        if version >= 4 {
            keys = try reader.array("keys") { (reader: inout WireReader) throws(WireError) -> String in
                try reader.string("key")
            }
        }
        try reader.tags()
        return FindCoordinatorRequest(keys: keys, type: type)
    }
}

enum FindCoordinatorResponse {
    static func encode(
        _ writer: inout WireWriter, version: Int16, keys: [String], broker: BrokerAddress, error: ErrorCode
    ) {
        if version >= 1 { writer.int32(0) }
        if version <= 3 {
            writer.error(error)
            if version >= 1 { writer.string(nil) }
            writer.int32(BrokerAddress.nodeId)
            writer.string(broker.host)
            writer.int32(broker.port)
        } else {
            writer.array(keys) { writer, key in
                writer.string(key)
                writer.int32(BrokerAddress.nodeId)
                writer.string(broker.host)
                writer.int32(broker.port)
                writer.error(error)
                writer.string(nil)
                writer.tags()
            }
        }
        writer.tags()
    }
}
