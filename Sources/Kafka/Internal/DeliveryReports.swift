import CLibrdkafka
import Synchronization

/// What a message's `opaque` says: nil to be counted only, an odd number for a token, else the
/// address of a slot of an acknowledged send.
enum DeliveryTag {
    static func token(_ token: UInt64) -> UnsafeMutableRawPointer? {
        UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: token << 1 | 1))
    }

    static func decodeToken(_ opaque: UnsafeMutableRawPointer) -> UInt64? {
        let bits = UInt(bitPattern: opaque)
        return bits & 1 == 1 ? UInt64(bits >> 1) : nil
    }
}

/// The messages of one acknowledged send. librdkafka reports every message exactly once, at the
/// latest after `message.timeout.ms`, and the sender waits for all of them, so that no report can
/// arrive for memory already given back.
final class AcknowledgedSend {
    struct Slot {
        var offset: Int64 = -1
        var partition: Int32 = -1
        var code = RD_KAFKA_RESP_ERR__IN_PROGRESS
        let remaining: UnsafeMutablePointer<Atomic<Int>>
    }

    let slots: UnsafeMutablePointer<Slot>
    let count: Int
    private let remaining: UnsafeMutablePointer<Atomic<Int>>

    init(count: Int) {
        self.count = count
        remaining = .allocate(capacity: 1)
        remaining.initialize(to: Atomic(0))
        slots = .allocate(capacity: max(count, 1))
        slots.initialize(repeating: Slot(remaining: remaining), count: count)
    }

    deinit {
        slots.deinitialize(count: count)
        slots.deallocate()
        remaining.deinitialize(count: 1)
        remaining.deallocate()
    }

    var isComplete: Bool { remaining.pointee.load(ordering: .acquiring) == 0 }

    func opaque(_ index: Int) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(slots + index)
    }

    func expectOne() { remaining.pointee.add(1, ordering: .relaxed) }
    func withdrawOne() { remaining.pointee.subtract(1, ordering: .relaxed) }

    static func report(_ opaque: UnsafeMutableRawPointer, code: rd_kafka_resp_err_t, partition: Int32, offset: Int64) {
        let slot = opaque.assumingMemoryBound(to: Slot.self)
        slot.pointee.code = code
        slot.pointee.partition = partition
        slot.pointee.offset = offset
        slot.pointee.remaining.pointee.subtract(1, ordering: .releasing)
    }
}

func kafkaDeliveryCallback(
    client: OpaquePointer?, message: UnsafePointer<rd_kafka_message_t>?, opaque: UnsafeMutableRawPointer?
) {
    guard let message, let state = ClientState.of(opaque) else { return }
    let code = message.pointee.err
    let succeeded = code == RD_KAFKA_RESP_ERR_NO_ERROR
    state.deliveries.withLock { counts in
        if succeeded {
            counts.delivered += 1
        } else {
            counts.failed += 1
            if counts.firstFailure == nil { counts.firstFailure = deliveryFailure(message, state) }
        }
    }
    guard let tag = message.pointee._private else { return }
    guard let token = DeliveryTag.decodeToken(tag) else {
        AcknowledgedSend.report(
            tag, code: code, partition: message.pointee.partition, offset: message.pointee.offset)
        return
    }
    let failure = succeeded ? nil : deliveryFailure(message, state)
    state.deliveryHandler?(
        KafkaDelivery(
            token: token, topicPartition: failure?.place ?? deliveryPlace(message),
            offset: succeeded && message.pointee.offset >= 0 ? message.pointee.offset : nil,
            error: failure?.error))
}

private func deliveryPlace(_ message: UnsafePointer<rd_kafka_message_t>) -> TopicPartition {
    TopicPartition(
        topic: message.pointee.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? "",
        partition: message.pointee.partition)
}

private func deliveryFailure(
    _ message: UnsafePointer<rd_kafka_message_t>, _ state: ClientState
) -> KafkaDeliveryFailure {
    let place = deliveryPlace(message)
    // Before a partition is chosen librdkafka says -1.
    let target = place.partition < 0 ? place.topic : place.description
    return KafkaDeliveryFailure(
        place: place, error: KafkaError(message.pointee.err, doing: "produce to \(target)", brokers: state.brokers))
}
