struct FetchRequest {
    struct Partition {
        var index: Int32
        var currentLeaderEpoch: Int32
        var offset: Int64
        var maxBytes: Int32
    }
    struct Topic {
        var name: String
        var partitions: [Partition]
    }
    var maxWaitMilliseconds: Int32
    var minBytes: Int32
    var maxBytes: Int32
    var sessionId: Int32
    var topics: [Topic]

    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> FetchRequest {
        _ = try reader.int32("replica id")
        var request = FetchRequest(
            maxWaitMilliseconds: try reader.int32("max wait"), minBytes: try reader.int32("min bytes"),
            maxBytes: try reader.int32("max bytes"), sessionId: 0, topics: [])
        _ = try reader.int8("isolation level")
        if version >= 7 {
            request.sessionId = try reader.int32("session id")
            _ = try reader.int32("session epoch")
        }
        request.topics = try reader.array("topics") { (reader: inout WireReader) throws(WireError) -> Topic in
            let name = try reader.string("topic")
            let partitions = try reader.array("partitions") {
                (reader: inout WireReader) throws(WireError) -> Partition in
                try Partition.decode(&reader, version: version)
            }
            try reader.tags()
            return Topic(name: name, partitions: partitions)
        }
        if version >= 7 {
            _ = try reader.array("forgotten topics") { (reader: inout WireReader) throws(WireError) -> Bool in
                _ = try reader.string("topic")
                _ = try reader.array("partitions") { (reader: inout WireReader) throws(WireError) -> Int32 in
                    try reader.int32("partition")
                }
                try reader.tags()
                return true
            }
        }
        if version >= 11 { _ = try reader.nullableString("rack id") }
        try reader.tags()
        return request
    }
}

extension FetchRequest.Partition {
    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> Self {
        let index = try reader.int32("partition")
        let epoch = version >= 9 ? try reader.int32("leader epoch") : -1
        let offset = try reader.int64("fetch offset")
        if version >= 12 { _ = try reader.int32("last fetched epoch") }
        if version >= 5 { _ = try reader.int64("log start offset") }
        let maxBytes = try reader.int32("partition max bytes")
        try reader.tags()
        return Self(index: index, currentLeaderEpoch: epoch, offset: offset, maxBytes: maxBytes)
    }
}

/// The parts of a fetch response that lie between its records; the records themselves leave by sendfile.
enum FetchResponse {
    static func head(_ writer: inout WireWriter, version: Int16, error: ErrorCode) {
        writer.int32(0)
        if version >= 7 {
            writer.error(error)
            writer.int32(0)
        }
    }

    struct PartitionHead {
        var index: Int32
        var error: ErrorCode
        var highWatermark: Int64
        var logStartOffset: Int64
        var recordBytes: Int
    }

    static func partition(_ writer: inout WireWriter, version: Int16, _ head: PartitionHead) {
        writer.int32(head.index)
        writer.error(head.error)
        writer.int64(head.highWatermark)
        // Without transactions the last stable offset is the high watermark.
        writer.int64(head.highWatermark)
        if version >= 5 { writer.int64(head.logStartOffset) }
        writer.array([Int]()) { _, _ in }
        if version >= 11 { writer.int32(-1) }
        writer.byteCount(head.recordBytes)
    }
}
