import CIsal

@testable import EmbeddedBroker

/// Makes record batches as a producer would, uncompressed.
struct BatchBuilder {
    var values: [String] = ["value"]
    var producerId: Int64 = -1
    var producerEpoch: Int16 = -1
    var baseSequence: Int32 = -1
    var baseTimestamp: Int64 = 1_000
    var timestampStep: Int64 = 1
    var attributes: Int16 = 0
    var baseOffset: Int64 = 0

    var bytes: [UInt8] {
        var body = WireWriter()
        body.int16(attributes)
        body.int32(Int32(values.count - 1))
        body.int64(baseTimestamp)
        body.int64(baseTimestamp + timestampStep * Int64(values.count - 1))
        body.int64(producerId)
        body.int16(producerEpoch)
        body.int32(baseSequence)
        body.int32(Int32(values.count))
        for (index, value) in values.enumerated() {
            let record =
                [0] + Self.varlong(timestampStep * Int64(index)) + Self.varlong(Int64(index)) + Self.varlong(-1)
                + Self.varlong(Int64(value.utf8.count)) + Array(value.utf8) + Self.varlong(0)
            body.raw(Self.varlong(Int64(record.count)) + record)
        }
        var batch = WireWriter()
        batch.int64(baseOffset)
        batch.int32(Int32(9 + body.bytes.count))
        batch.int32(-1)
        batch.int8(2)
        batch.int32(Int32(bitPattern: CRC32C.of(body.bytes)))
        batch.raw(body.bytes)
        return batch.bytes
    }

    static func varlong(_ value: Int64) -> [UInt8] {
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
        return bytes
    }
}

extension RecordBatchHeader {
    /// Of a batch of which only the numbers matter.
    static func sample(
        producer: Int64 = 1, epoch: Int16 = 0, sequence: Int32, count: Int32 = 1, offset: Int64 = 0
    ) -> RecordBatchHeader? {
        let batch = BatchBuilder(
            values: Array(repeating: "", count: Int(count)), producerId: producer, producerEpoch: epoch,
            baseSequence: sequence, baseOffset: offset)
        return batch.bytes.withUnsafeBytes { RecordBatchHeader($0) }
    }
}
