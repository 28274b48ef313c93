import Domain
import Events
import Kafka
import Projections

/// What a record turned out to be.
enum IntakeItem {
    case event(FoldEvent, record: Int)
    case refused(EventRefusal, input: Int, offset: Int64, record: Int)
    /// Lies on another partition than its key says, or has no key.
    case misplaced(key: String, input: Int, record: Int)

    /// The record's index in its batch.
    var record: Int {
        switch self {
        case .event(_, record: let record), .refused(_, input: _, offset: _, record: let record),
            .misplaced(key: _, input: _, record: let record):
            record
        }
    }
}

/// A batch of records, decoded, with where each topic goes on behind it.
struct Intake {
    var items: [IntakeItem] = []
    /// By input: the offset behind the last record, and behind what follows it without being a record.
    var next: [Int64]
    var dropped = 0
    var rounded = 0
}

/// Decodes the records of one lane. One a thread.
final class RecordIntake {
    private let inputs: [ViewInput]
    private let lane: Int32
    private let lanes: Int32
    private let decoder = EventDecoder()

    init(inputs: [ViewInput], lane: Int, lanes: Int) {
        self.inputs = inputs
        self.lane = Int32(lane)
        self.lanes = Int32(lanes)
    }

    /// Decodes the batch's records from `next` on, before `limits`; earlier ones were folded before and are dropped.
    func take(_ batch: KafkaBatch, from next: [Int64], upTo limits: [Int64]? = nil) -> Intake {
        var intake = Intake(next: next)
        intake.items.reserveCapacity(batch.count)
        for index in 0..<batch.count {
            let record = batch[index]
            let input = record.topicIndex
            guard record.offset >= intake.next[input] else {
                intake.dropped += 1
                continue
            }
            if let limits, record.offset >= limits[input] { continue }
            intake.next[input] = record.offset + 1
            intake.items.append(item(record, input: input, index: index, rounded: &intake.rounded))
        }
        for position in batch.positions {
            let input = position.topicIndex
            let behind = limits.map { min(position.nextOffset, $0[input]) } ?? position.nextOffset
            intake.next[input] = max(intake.next[input], behind)
        }
        return intake
    }

    private func item(_ record: KafkaRecord, input: Int, index: Int, rounded: inout Int) -> IntakeItem {
        let time = record.timestampMilliseconds.map { Timestamp(microseconds: $0 * 1000) }
        let value = record.value ?? UnsafeRawBufferPointer(start: nil, count: 0)
        do throws(EventRefusal) {
            let decoded = try decoder.decode(
                inputs[input].kind, value: value, headers: RecordHeaders(record: record), recordTime: time)
            rounded += decoded.roundedFields
            let key = decoded.payload.partitionKey
            guard isInPlace(key, record, inputs[input].partitioner) else {
                return .misplaced(key: key, input: input, record: index)
            }
            return .event(FoldEvent(decoded: decoded, input: input, offset: record.offset), record: index)
        } catch {
            return .refused(error, input: input, offset: record.offset, record: index)
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
struct RecordHeaders: EventHeaders {
    let record: KafkaRecord

    var isEmpty: Bool { !record.hasHeaders }

    func value(named name: StaticString) -> UnsafeRawBufferPointer? { record.header(named: name) }
}
