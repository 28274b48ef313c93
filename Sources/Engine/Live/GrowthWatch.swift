import Foundation
import Kafka
import Synchronization

/// Asks Kafka how many partitions a view's topics have, as long as its lanes fold. The group tells of growth only where it
/// gives a worker other lanes than before; of several workers some keep theirs. On a thread of its own, since a broker
/// that does not answer holds up the one that asks.
final class GrowthWatch: Sendable {
    private let view: ViewConfiguration
    private let consumer: KafkaConsumer
    private let stop: StopSignal
    private let intervalMilliseconds: Int
    private let found = Mutex<[String: Int]>([:])

    /// It looks as often as librdkafka does.
    init(_ view: ViewConfiguration, _ configuration: KafkaConfiguration, _ consumer: KafkaConsumer, stop: StopSignal) {
        self.view = view
        self.consumer = consumer
        self.stop = stop
        let given = configuration.properties["topic.metadata.refresh.interval.ms"].flatMap { Int($0) } ?? 0
        intervalMilliseconds = given > 0 ? given : KafkaLimits.metadataRefreshMilliseconds
    }

    /// By topic, partitions when last looked; none before.
    var partitionCounts: [String: Int] { found.withLock { $0 } }

    /// Looks until the stop signal.
    func start() {
        let thread = Thread { [self] in run() }
        thread.name = "growth"
        thread.stackSize = 1 << 20
        thread.start()
    }

    private func run() {
        while !stop.isSet {
            do throws(KafkaError) {
                let counts = try consumer.partitionCounts(topics: view.topics)
                found.withLock { $0 = counts }
            } catch {
                Log.debug("growth_retry", ["view": view.name, "reason": error.description])
            }
            stop.pause(milliseconds: intervalMilliseconds)
        }
    }
}
