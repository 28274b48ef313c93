/// What one idempotent producer last did in a partition.
struct ProducerState: Equatable {
    struct Batch: Equatable {
        var firstSequence: Int32
        var lastSequence: Int32
        var baseOffset: Int64
        var lastOffset: Int64
    }
    var epoch: Int16
    /// Oldest first, at most `EmbeddedBrokerLimits.batchesPerProducer`.
    var batches: [Batch]

    var lastSequence: Int32 { batches.last?.lastSequence ?? -1 }
    var lastOffset: Int64 { batches.last?.lastOffset ?? -1 }
}

/// The state of every producer of one partition: decides whether a batch is new, a retry, or out of order.
struct ProducerStates: Equatable {
    enum Verdict: Equatable {
        case append
        /// A retry of a batch already in the log.
        case duplicate(baseOffset: Int64, lastOffset: Int64)
        case refuse(ErrorCode)
    }

    private(set) var states: [Int64: ProducerState] = [:]

    /// Batches without a producer id are always new.
    func check(_ header: RecordBatchHeader) -> Verdict {
        guard header.producerId >= 0 else { return .append }
        guard header.producerEpoch >= 0, header.baseSequence >= 0 else { return .refuse(.invalidRecord) }
        // As in Kafka a producer without a past here may start anywhere: its past may have been deleted.
        guard let state = states[header.producerId] else { return .append }
        if header.producerEpoch < state.epoch { return .refuse(.invalidProducerEpoch) }
        if header.producerEpoch > state.epoch {
            return header.baseSequence == 0 ? .append : .refuse(.outOfOrderSequenceNumber)
        }
        for batch in state.batches
        where batch.firstSequence == header.baseSequence && batch.lastSequence == header.lastSequence {
            return .duplicate(baseOffset: batch.baseOffset, lastOffset: batch.lastOffset)
        }
        let expected = RecordBatchHeader.sequence(state.lastSequence, plus: 1)
        if header.baseSequence == expected { return .append }
        // Sequences wrap: what lies in the half circle behind the expected one is old.
        let behind = (expected &- header.baseSequence) & 0x7FFF_FFFF
        if let oldest = state.batches.first, behind < 1 << 30,
            behind > (expected &- oldest.firstSequence) & 0x7FFF_FFFF
        {
            // A retry of a batch no longer remembered: it is in the log, but nobody knows where.
            return .refuse(.duplicateSequenceNumber)
        }
        return .refuse(.outOfOrderSequenceNumber)
    }

    /// Remembers a batch that was appended; its base offset is the log's.
    mutating func appended(_ header: RecordBatchHeader) {
        guard header.producerId >= 0 else { return }
        let batch = ProducerState.Batch(
            firstSequence: header.baseSequence, lastSequence: header.lastSequence, baseOffset: header.baseOffset,
            lastOffset: header.lastOffset)
        var state = states[header.producerId] ?? ProducerState(epoch: header.producerEpoch, batches: [])
        if state.epoch != header.producerEpoch { state = ProducerState(epoch: header.producerEpoch, batches: []) }
        if state.batches.count == EmbeddedBrokerLimits.batchesPerProducer { state.batches.removeFirst() }
        state.batches.append(batch)
        states[header.producerId] = state
        if states.count > EmbeddedBrokerLimits.maximumProducersPerPartition { forgetOldest() }
    }

    /// Drops the half of the producers that have been silent the longest.
    private mutating func forgetOldest() {
        let byAge = states.sorted { $0.value.lastOffset < $1.value.lastOffset }
        for (id, _) in byAge.prefix(byAge.count / 2) { states[id] = nil }
    }

    // MARK: Snapshot

    private static let version: Int16 = 1

    /// State at `offset`, with a checksum at its end.
    func encode(at offset: Int64) -> [UInt8] {
        var writer = WireWriter(capacity: 32 + states.count * 140)
        writer.int16(Self.version)
        writer.int64(offset)
        writer.array(states.sorted { $0.key < $1.key }) { writer, entry in
            writer.int64(entry.key)
            writer.int16(entry.value.epoch)
            writer.array(entry.value.batches) { writer, batch in
                writer.int32(batch.firstSequence)
                writer.int32(batch.lastSequence)
                writer.int64(batch.baseOffset)
                writer.int64(batch.lastOffset)
            }
        }
        writer.int32(Int32(bitPattern: CRC32C.of(writer.bytes)))
        return writer.bytes
    }

    /// Nil when the bytes are not a whole snapshot taken at `offset`.
    static func decode(_ bytes: [UInt8], at offset: Int64) -> ProducerStates? {
        bytes.withUnsafeBytes { buffer -> ProducerStates? in
            guard buffer.count >= 4 else { return nil }
            let body = UnsafeRawBufferPointer(rebasing: buffer[..<(buffer.count - 4)])
            var tail = WireReader(buffer, from: body.count)
            guard let checksum = try? tail.int32("checksum"), UInt32(bitPattern: checksum) == CRC32C.of(body) else {
                return nil
            }
            var reader = WireReader(body)
            return try? decode(&reader, at: offset)
        }
    }

    private static func decode(_ reader: inout WireReader, at offset: Int64) throws(WireError) -> ProducerStates? {
        guard try reader.int16("version") == version, try reader.int64("offset") == offset else { return nil }
        let entries = try reader.array("producers") {
            (reader: inout WireReader) throws(WireError) -> (Int64, ProducerState) in
            let id = try reader.int64("producer id")
            let epoch = try reader.int16("epoch")
            let batches = try reader.array("batches") {
                (reader: inout WireReader) throws(WireError) -> ProducerState.Batch in
                ProducerState.Batch(
                    firstSequence: try reader.int32("first"), lastSequence: try reader.int32("last"),
                    baseOffset: try reader.int64("base offset"), lastOffset: try reader.int64("last offset"))
            }
            return (id, ProducerState(epoch: epoch, batches: batches))
        }
        var result = ProducerStates()
        for (id, state) in entries { result.states[id] = state }
        return result
    }
}
