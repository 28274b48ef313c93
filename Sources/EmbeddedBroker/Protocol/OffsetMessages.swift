struct ListOffsetsRequest {
    /// The special timestamps of the protocol.
    static let latest: Int64 = -1
    static let earliest: Int64 = -2
    static let maxTimestamp: Int64 = -3

    struct Partition {
        var index: Int32
        var currentLeaderEpoch: Int32 = -1
        var timestamp: Int64
    }
    struct Topic {
        var name: String
        var partitions: [Partition]
    }
    var topics: [Topic]

    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> ListOffsetsRequest {
        _ = try reader.int32("replica id")
        if version >= 2 { _ = try reader.int8("isolation level") }
        let topics = try reader.array("topics") { (reader: inout WireReader) throws(WireError) -> Topic in
            let name = try reader.string("topic")
            let partitions = try reader.array("partitions") {
                (reader: inout WireReader) throws(WireError) -> Partition in
                let index = try reader.int32("partition")
                let epoch = version >= 4 ? try reader.int32("leader epoch") : -1
                let partition = Partition(
                    index: index, currentLeaderEpoch: epoch, timestamp: try reader.int64("timestamp"))
                try reader.tags()
                return partition
            }
            try reader.tags()
            return Topic(name: name, partitions: partitions)
        }
        try reader.tags()
        return ListOffsetsRequest(topics: topics)
    }
}

struct ListOffsetsResponse {
    struct Partition {
        var index: Int32
        var error: ErrorCode
        var timestamp: Int64
        var offset: Int64
    }
    var topics: [(name: String, partitions: [Partition])]

    func encode(_ writer: inout WireWriter, version: Int16) {
        if version >= 2 { writer.int32(0) }
        writer.array(topics) { writer, topic in
            writer.string(topic.name)
            writer.array(topic.partitions) { writer, partition in
                writer.int32(partition.index)
                writer.error(partition.error)
                writer.int64(partition.timestamp)
                writer.int64(partition.offset)
                if version >= 4 { writer.int32(partition.offset >= 0 ? PartitionLog.leaderEpoch : -1) }
                writer.tags()
            }
            writer.tags()
        }
        writer.tags()
    }
}

struct OffsetForLeaderEpochRequest {
    var topics: [(name: String, partitions: [(index: Int32, epoch: Int32)])]

    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> Self {
        if version >= 3 { _ = try reader.int32("replica id") }
        let topics = try reader.array("topics") {
            (reader: inout WireReader) throws(WireError) -> (name: String, partitions: [(index: Int32, epoch: Int32)])
            in
            let name = try reader.string("topic")
            let partitions = try reader.array("partitions") {
                (reader: inout WireReader) throws(WireError) -> (index: Int32, epoch: Int32) in
                let index = try reader.int32("partition")
                _ = try reader.int32("current leader epoch")
                let epoch = try reader.int32("leader epoch")
                try reader.tags()
                return (index, epoch)
            }
            try reader.tags()
            return (name, partitions)
        }
        try reader.tags()
        return Self(topics: topics)
    }
}

/// The offset a consumer has come to in one partition.
struct CommittedOffset: Equatable {
    var offset: Int64
    var leaderEpoch: Int32
    var metadata: String?
}

struct OffsetCommitRequest {
    struct Partition {
        var index: Int32
        var committed: CommittedOffset
    }
    struct Topic {
        var name: String
        var partitions: [Partition]
    }
    var group: String
    var generation: Int32
    var memberId: String
    var instanceId: String?
    var topics: [Topic]

    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> OffsetCommitRequest {
        var request = OffsetCommitRequest(
            group: try reader.string("group"), generation: try reader.int32("generation"),
            memberId: try reader.string("member id"), instanceId: nil, topics: [])
        if version >= 7 { request.instanceId = try reader.nullableString("instance id") }
        if version <= 4 { _ = try reader.int64("retention time") }
        request.topics = try reader.array("topics") { (reader: inout WireReader) throws(WireError) -> Topic in
            let name = try reader.string("topic")
            let partitions = try reader.array("partitions") {
                (reader: inout WireReader) throws(WireError) -> Partition in
                let index = try reader.int32("partition")
                let offset = try reader.int64("offset")
                let epoch = version >= 6 ? try reader.int32("leader epoch") : -1
                let metadata = try reader.nullableString("metadata")
                try reader.tags()
                return Partition(
                    index: index, committed: CommittedOffset(offset: offset, leaderEpoch: epoch, metadata: metadata))
            }
            try reader.tags()
            return Topic(name: name, partitions: partitions)
        }
        try reader.tags()
        return request
    }
}

struct OffsetCommitResponse {
    var topics: [(name: String, partitions: [(index: Int32, error: ErrorCode)])]

    func encode(_ writer: inout WireWriter, version: Int16) {
        if version >= 3 { writer.int32(0) }
        writer.array(topics) { writer, topic in
            writer.string(topic.name)
            writer.array(topic.partitions) { writer, partition in
                writer.int32(partition.index)
                writer.error(partition.error)
                writer.tags()
            }
            writer.tags()
        }
        writer.tags()
    }
}

struct OffsetFetchRequest {
    struct Topic {
        var name: String
        var partitions: [Int32]
    }
    struct Group {
        var id: String
        /// Nil asks for everything the group has committed.
        var topics: [Topic]?
    }
    var groups: [Group]

    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> OffsetFetchRequest {
        let groups: [Group]
        if version <= 7 {
            groups = [Group(id: try reader.string("group"), topics: try decodeTopics(&reader))]
        } else {
            groups = try reader.array("groups") { (reader: inout WireReader) throws(WireError) -> Group in
                let group = Group(id: try reader.string("group"), topics: try decodeTopics(&reader))
                try reader.tags()
                return group
            }
        }
        if version >= 7 { _ = try reader.bool("require stable") }
        try reader.tags()
        return OffsetFetchRequest(groups: groups)
    }

    private static func decodeTopics(_ reader: inout WireReader) throws(WireError) -> [Topic]? {
        try reader.nullableArray("topics") { (reader: inout WireReader) throws(WireError) -> Topic in
            let name = try reader.string("topic")
            let partitions = try reader.array("partitions") { (reader: inout WireReader) throws(WireError) -> Int32 in
                try reader.int32("partition")
            }
            try reader.tags()
            return Topic(name: name, partitions: partitions)
        }
    }
}

struct OffsetFetchResponse {
    typealias Topic = (name: String, partitions: [(index: Int32, committed: CommittedOffset?)])
    var groups: [(id: String, error: ErrorCode, topics: [Topic])]

    func encode(_ writer: inout WireWriter, version: Int16) {
        if version >= 3 { writer.int32(0) }
        if version <= 7 {
            let group = groups.first
            Self.encode(group?.topics ?? [], &writer, version: version)
            if version >= 2 { writer.error(group?.error ?? .none) }
        } else {
            writer.array(groups) { writer, group in
                writer.string(group.id)
                Self.encode(group.topics, &writer, version: version)
                writer.error(group.error)
                writer.tags()
            }
        }
        writer.tags()
    }

    private static func encode(_ topics: [Topic], _ writer: inout WireWriter, version: Int16) {
        writer.array(topics) { writer, topic in
            writer.string(topic.name)
            writer.array(topic.partitions) { writer, partition in
                writer.int32(partition.index)
                writer.int64(partition.committed?.offset ?? -1)
                if version >= 5 { writer.int32(partition.committed?.leaderEpoch ?? -1) }
                writer.string(partition.committed.map { $0.metadata ?? "" } ?? "")
                writer.error(.none)
                writer.tags()
            }
            writer.tags()
        }
    }
}
