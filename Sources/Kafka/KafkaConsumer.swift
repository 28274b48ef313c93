import CLibrdkafka
import Synchronization

/// A consumer whose records come through lane queues and whose events come through ``poll(timeoutMilliseconds:)``.
///
/// One thread polls. Rebalances are only reported: the group waits, heartbeating, until the
/// application answers `.assigned` with ``assign(_:)`` and `.revoked` or `.lost` with ``unassign()``,
/// however long its own preparations (claiming lanes, reading checkpoints) take, up to
/// `max.poll.interval.ms`. All methods may be called from any thread and may block.
public final class KafkaConsumer: Sendable {
    let handle: KafkaHandle
    let topics: TopicRegistry
    private let assigned = Mutex<Set<TopicPartition>>([])
    private let lanes = Mutex<[WeakLane]>([])
    private let isClosed = Atomic<Bool>(false)

    /// - Parameter groupId: the consumer group to join; nil for a consumer that only ever uses
    ///   ``assign(_:)`` and never commits. (librdkafka wants a group id even then; one named after
    ///   the client is used and never joined.)
    /// - Throws: when a property is unknown or invalid. The brokers need not be reachable.
    public init(configuration: KafkaConfiguration, groupId: String?) throws(KafkaError) {
        let state = ClientState(configuration: configuration, isConsumer: true)
        handle = try KafkaHandle(
            configuration, role: .consumer, state: state,
            extra: ["group.id": groupId ?? "\(configuration.clientId).unjoined"])
        topics = TopicRegistry(handle)
        _ = rd_kafka_poll_set_consumer(handle.pointer)
    }

    deinit { close() }

    /// Joins the group with these topics; the outcome arrives as events.
    public func subscribe(topics: [String]) throws(KafkaError) {
        let list = PartitionList(topics: topics)
        try handle.check(rd_kafka_subscribe(handle.pointer, list.pointer), doing: "subscribe to \(topics)")
    }

    /// Leaves the group, after a last `.revoked`, but can subscribe again.
    public func unsubscribe() throws(KafkaError) {
        try handle.check(rd_kafka_unsubscribe(handle.pointer), doing: "unsubscribe")
    }

    /// Serves librdkafka and returns the next event, or nil after `timeoutMilliseconds` without one.
    /// Must be called at least every `max.poll.interval.ms` by a member of a group.
    public func poll(timeoutMilliseconds: Int32) -> KafkaConsumerEvent? {
        guard !isClosed.load(ordering: .acquiring) else { return nil }
        let wait = handle.state.hasEvents ? 0 : timeoutMilliseconds
        if let message = rd_kafka_consumer_poll(handle.pointer, wait) {
            report(message)
            rd_kafka_message_destroy(message)
        }
        return handle.state.popEvent()
    }

    /// Starts consuming exactly these partitions at these offsets (``TopicPartitionOffset/beginning``
    /// and ``TopicPartitionOffset/end`` allowed), replacing any assignment, and answers `.assigned`.
    /// Make the partitions' lane queues first.
    public func assign(_ offsets: [TopicPartitionOffset]) throws(KafkaError) {
        if assigned.withLock({ !$0.isEmpty }) { try unassign() }
        for lane in liveLanes() { try lane.attach() }
        let list = PartitionList(offsets)
        assigned.withLock { $0 = Set(offsets.map(\.topicPartition)) }
        try handle.check(rd_kafka_assign(handle.pointer, list.pointer), doing: "assign \(offsets)")
    }

    /// Stops consuming everything and answers `.revoked` or `.lost`. Records already in a lane queue
    /// do not come out of it any more.
    public func unassign() throws(KafkaError) {
        try handle.check(rd_kafka_assign(handle.pointer, nil), doing: "unassign")
        awaitStop()
        assigned.withLock { $0 = [] }
    }

    /// Goes on reading partitions that are being consumed from other offsets, leaving all others
    /// alone. Records of before do not come out of the lane queue after this.
    ///
    /// - Throws: when one is not being consumed, or does not stop within `timeoutMilliseconds`: then
    ///   where it goes on is not known, and it has to be assigned again.
    public func seek(
        _ offsets: [TopicPartitionOffset], timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds
    ) throws(KafkaError) {
        for place in offsets {
            let topic = try topics.entry(place.topic)
            // Not rd_kafka_seek_partitions, whose time-out librdkafka honours only from 2.1 on.
            let code = rd_kafka_seek(topic.pointer, place.partition, place.offset, timeoutMilliseconds)
            try handle.check(code, doing: "seek to \(place)")
        }
    }

    /// Makes a queue that these partitions' records and errors go to from the next ``assign(_:)`` on,
    /// as long as the queue lives and is not closed. An earlier queue of one of them is closed: that of a lane which has not
    /// ended yet would take the partition along when it does, and the new one would wait for ever.
    ///
    /// - Throws: ``KafkaError/Code/wrongState`` when one of them is being consumed already: its
    ///   records would be split between two queues.
    public func laneQueue(for partitions: [TopicPartition]) throws(KafkaError) -> KafkaLaneQueue {
        if let busy = assigned.withLock({ set in partitions.first { set.contains($0) } }) {
            throw KafkaError(
                code: .wrongState, message: "lane queue for \(busy): unassign it first, it is being consumed")
        }
        let lane = try KafkaLaneQueue(handle: handle, topics: topics, partitions: partitions)
        for earlier in liveLanes() where !Set(earlier.partitions).isDisjoint(with: partitions) { earlier.close() }
        lanes.withLock { $0.append(WeakLane(lane)) }
        return lane
    }

    private func liveLanes() -> [KafkaLaneQueue] {
        lanes.withLock { list in
            list.removeAll { $0.lane?.isClosed ?? true }
            return list.compactMap(\.lane)
        }
    }

    /// Partitions stop on librdkafka's main thread after `rd_kafka_assign` has returned, and in
    /// stopping drop whatever queue they were forwarded to, even one set meanwhile: the partition
    /// would then be consumed into nowhere. Any question to that thread is answered after it.
    private func awaitStop() {
        var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        if rd_kafka_assignment(handle.pointer, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list {
            rd_kafka_topic_partition_list_destroy(list)
        }
    }

    /// Leaves the group and stops. Drain and commit first. The last revoke is answered in here.
    /// Lane queues and batches still alive stay valid.
    ///
    /// - Returns: false when the brokers did not let it leave in time; the session time-out then does.
    @discardableResult
    public func close(timeoutMilliseconds: Int32 = KafkaLimits.closeTimeoutMilliseconds) -> Bool {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return true }
        handle.state.isClosing.store(true, ordering: .releasing)
        rd_kafka_assign(handle.pointer, nil)
        guard let queue = rd_kafka_queue_get_consumer(handle.pointer) else { return false }
        defer { rd_kafka_queue_destroy(queue) }
        if let error = rd_kafka_consumer_close_queue(handle.pointer, queue) {
            rd_kafka_error_destroy(error)
            return rd_kafka_consumer_closed(handle.pointer) != 0
        }
        let deadline = ContinuousClock.now + .milliseconds(Int(timeoutMilliseconds))
        while rd_kafka_consumer_closed(handle.pointer) == 0 {
            guard ContinuousClock.now < deadline else {
                handle.isAbandoned.store(true, ordering: .releasing)
                return false
            }
            // Not rd_kafka_queue_poll_callback, which aborts the process on a record without a callback.
            if let message = rd_kafka_consumer_poll(handle.pointer, 20) { rd_kafka_message_destroy(message) }
        }
        return true
    }

    private func report(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        let code = message.pointee.err
        guard code != RD_KAFKA_RESP_ERR__PARTITION_EOF else { return }
        let detail = code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : String(cString: rd_kafka_message_errstr(message))
        guard let topic = message.pointee.rkt else {
            handle.state.push(
                .error(KafkaError(code, doing: "Kafka consumer", detail: detail, brokers: handle.state.brokers)))
            return
        }
        let place = TopicPartitionOffset(
            topic: String(cString: rd_kafka_topic_name(topic)), partition: message.pointee.partition,
            offset: message.pointee.offset)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            let error = KafkaError(code, doing: "consume \(place)", detail: detail, brokers: handle.state.brokers)
            handle.state.push(.partitionError(place, error))
            return
        }
        let error = KafkaError(
            code: .wrongState,
            message: "record \(place) has no lane queue to go to; make the queue before assign()")
        handle.state.push(.partitionError(place, error))
    }
}

private struct WeakLane: Sendable {
    private(set) weak var lane: KafkaLaneQueue?
    init(_ lane: KafkaLaneQueue) { self.lane = lane }
}
