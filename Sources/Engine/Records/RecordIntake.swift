import Domain
import Events
import Kafka
import Projections

/// A record that is not folded.
package struct IntakeTrouble {
    package enum Kind {
        case refused(EventRefusal)
        /// Lies on another partition than its key says, or has no key.
        case misplaced(key: String)
    }

    let kind: Kind
    let input: Int
    /// The record's index in its batch.
    let record: Int
}

/// A batch of records, decoded, with where each topic goes on behind it.
package struct Intake {
    package var events: [FoldEvent] = []
    /// By event, its record's index in the batch.
    var records: [Int] = []
    var troubles: [IntakeTrouble] = []
    /// By input: the offset behind the last record, and behind what follows it without being a record.
    var next: [Int64]
    var dropped = 0
    var rounded = 0

    init(next: [Int64]) { self.next = next }

    var whole: IntakePiece {
        IntakePiece(events: events[...], records: records[...], troubles: troubles[...])
    }
}

/// Part of an intake that is folded and committed together.
struct IntakePiece {
    let events: ArraySlice<FoldEvent>
    let records: ArraySlice<Int>
    let troubles: ArraySlice<IntakeTrouble>

    /// Two pieces of about the same size, in order; nil for a single event.
    var halves: (IntakePiece, IntakePiece)? {
        guard events.count > 1 else { return nil }
        let middle = events.index(events.startIndex, offsetBy: events.count / 2)
        let split = troubles.firstIndex { $0.record > records[middle] } ?? troubles.endIndex
        return (
            IntakePiece(events: events[..<middle], records: records[..<middle], troubles: troubles[..<split]),
            IntakePiece(events: events[middle...], records: records[middle...], troubles: troubles[split...])
        )
    }

    /// Calls back for each event and trouble in the records' order.
    func forEach<E: Error>(
        event: (borrowing LentEvent, Int) throws(E) -> Void, trouble: (IntakeTrouble) throws(E) -> Void
    ) throws(E) {
        var waiting = troubles[...]
        try events.lendEach { (lent, index) throws(E) in
            let record = records[index]
            while let first = waiting.first, first.record < record {
                try trouble(first)
                waiting.removeFirst()
            }
            try event(lent, record)
        }
        for rest in waiting { try trouble(rest) }
    }
}

/// Decodes the records of one lane. One a thread.
package final class RecordIntake {
    private let inputs: [ViewInput]
    private let lane: Int32
    private let lanes: Int32
    private let cut: LogCut.OfLane?
    private let decoder = EventDecoder()

    package convenience init(_ view: ViewConfiguration, lane: Int) {
        self.init(inputs: view.inputs, lane: lane, lanes: view.lanes, cut: view.cut?.of(lane: lane, view))
    }

    init(inputs: [ViewInput], lane: Int, lanes: Int, cut: LogCut.OfLane? = nil) {
        self.inputs = inputs
        self.cut = cut
        self.lane = Int32(lane)
        self.lanes = Int32(lanes)
    }

    /// Decodes the batch's records from `next` on, before `limits`; earlier ones were folded before and are dropped.
    package func take(_ batch: KafkaBatch, from next: [Int64], upTo limits: [Int64]? = nil) -> Intake {
        var intake = Intake(next: next)
        intake.events.reserveCapacity(batch.count)
        intake.records.reserveCapacity(batch.count)
        for index in 0..<batch.count {
            let record = batch[index]
            let input = record.topicIndex
            guard record.offset >= intake.next[input] else {
                intake.dropped += 1
                continue
            }
            if let limits, record.offset >= limits[input] { continue }
            intake.next[input] = record.offset + 1
            take(record, input: input, index: index, into: &intake)
        }
        for position in batch.positions {
            let input = position.topicIndex
            let behind = limits.map { min(position.nextOffset, $0[input]) } ?? position.nextOffset
            intake.next[input] = max(intake.next[input], behind)
        }
        return intake
    }

    private func take(_ record: KafkaRecord, input: Int, index: Int, into intake: inout Intake) {
        let time = record.timestampMilliseconds.map { Timestamp(microseconds: $0 * 1000) }
        let value = record.value ?? UnsafeRawBufferPointer(start: nil, count: 0)
        do throws(EventRefusal) {
            let decoded = try decoder.decode(
                inputs[input].kind, value: value, headers: RecordHeaders(record: record), recordTime: time)
            if let cut, cut.leavesOut(decoded, input: input, offset: record.offset) { return }
            intake.rounded += decoded.roundedFields
            let key = decoded.payload.partitionKey
            guard isInPlace(key, record, inputs[input].partitioner) else {
                intake.troubles.append(IntakeTrouble(kind: .misplaced(key: key), input: input, record: index))
                return
            }
            // Said, because the compiler copies and destroys the whole event otherwise.
            intake.events.append(FoldEvent(decoded: consume decoded, input: input, offset: record.offset))
            intake.records.append(index)
        } catch {
            if let cut, let time = error.readable.time, cut.leavesOut(time) { return }
            intake.troubles.append(IntakeTrouble(kind: .refused(error), input: input, record: index))
        }
    }

    private func isInPlace(_ key: String, _ record: KafkaRecord, _ partitioner: KafkaPartitioner) -> Bool {
        guard let recordKey = record.key, recordKey.count > 0 else { return false }
        var text = key
        return text.withUTF8 { bytes in
            partitioner.partition(forKey: UnsafeRawBufferPointer(bytes), count: lanes) == lane
        }
    }
}

/// A record's headers, as the decoder asks for them.
public struct RecordHeaders: EventHeaders {
    private let record: KafkaRecord

    public init(record: KafkaRecord) { self.record = record }

    public var isEmpty: Bool { !record.hasHeaders }

    public func value(named name: StaticString) -> UnsafeRawBufferPointer? { record.header(named: name) }
}
