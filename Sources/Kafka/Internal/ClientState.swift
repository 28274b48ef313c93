import CLibrdkafka
import Synchronization

/// What librdkafka's callbacks of one client write to; it is the client's `opaque`.
final class ClientState: Sendable {
    let brokers: String
    let logSink: KafkaLogSink
    /// From here on rebalances are answered at once: nobody polls for them any more.
    let isClosing = Atomic<Bool>(false)
    let deliveries = Mutex(DeliveryCounts())
    let deliveryHandler: KafkaDeliveryHandler?
    /// Only a consumer has someone waiting for events in a poll that should end early; a producer's
    /// flush must not.
    private let isConsumer: Bool
    private let events = Mutex<[KafkaConsumerEvent]>([])

    init(
        configuration: KafkaConfiguration, isConsumer: Bool = false, deliveryHandler: KafkaDeliveryHandler? = nil
    ) {
        self.isConsumer = isConsumer
        brokers = configuration.brokers
        logSink = configuration.logSink
        self.deliveryHandler = deliveryHandler
    }

    var hasEvents: Bool { events.withLock { !$0.isEmpty } }

    /// Called from librdkafka's callbacks of `client`, on the thread that polls it.
    func report(_ event: KafkaConsumerEvent, by client: OpaquePointer) {
        push(event)
        if isConsumer { rd_kafka_yield(client) }
    }

    func push(_ event: KafkaConsumerEvent) {
        events.withLock { queue in
            if queue.count >= KafkaLimits.queuedEvents, let oldest = queue.firstIndex(where: { !$0.isRebalance }) {
                queue.remove(at: oldest)
            }
            queue.append(event)
        }
    }

    func popEvent() -> KafkaConsumerEvent? {
        events.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }

    static func of(_ opaque: UnsafeMutableRawPointer?) -> ClientState? {
        opaque.map { Unmanaged<ClientState>.fromOpaque($0).takeUnretainedValue() }
    }
}
