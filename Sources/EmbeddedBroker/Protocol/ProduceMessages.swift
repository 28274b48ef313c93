struct ProduceRequest {
    struct Partition {
        var index: Int32
        /// Where the partition's records lie in the frame.
        var records: Range<Int>?
    }
    struct Topic {
        var name: String
        var partitions: [Partition]
    }
    var transactionalId: String?
    var acks: Int16
    var topics: [Topic]

    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> ProduceRequest {
        let transactionalId = version >= 3 ? try reader.nullableString("transactional id") : nil
        let acks = try reader.int16("acks")
        _ = try reader.int32("timeout")
        let topics = try reader.array("topics") { (reader: inout WireReader) throws(WireError) -> Topic in
            let name = try reader.string("topic")
            let partitions = try reader.array("partitions") {
                (reader: inout WireReader) throws(WireError) -> Partition in
                let partition = Partition(
                    index: try reader.int32("partition"), records: try reader.nullableBytesRange("records"))
                try reader.tags()
                return partition
            }
            try reader.tags()
            return Topic(name: name, partitions: partitions)
        }
        try reader.tags()
        return ProduceRequest(transactionalId: transactionalId, acks: acks, topics: topics)
    }
}

struct ProduceResponse {
    struct Partition {
        var index: Int32
        var error: ErrorCode
        var baseOffset: Int64
        var logStartOffset: Int64
        var message: String?
    }
    struct Topic {
        var name: String
        var partitions: [Partition]
    }
    var topics: [Topic]

    func encode(_ writer: inout WireWriter, version: Int16) {
        writer.array(topics) { writer, topic in
            writer.string(topic.name)
            writer.array(topic.partitions) { writer, partition in
                writer.int32(partition.index)
                writer.error(partition.error)
                writer.int64(partition.baseOffset)
                if version >= 2 { writer.int64(-1) }
                if version >= 5 { writer.int64(partition.logStartOffset) }
                if version >= 8 {
                    writer.array([Int]()) { _, _ in }
                    writer.string(partition.message)
                }
                writer.tags()
            }
            writer.tags()
        }
        if version >= 1 { writer.int32(0) }
        writer.tags()
    }
}
