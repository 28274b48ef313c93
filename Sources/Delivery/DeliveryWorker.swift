import Domain
import Engine
import Events
import Foundation
import Kafka
import Postgres
import Telemetry

/// Sends what goes out, beside the view that shows it. As many copies as there are may work at once.
///
/// It may use the clock: what it decides becomes an event, and only events change a view.
public final class DeliveryWorker: Sendable {
    private let settings: DeliverySettings
    private let configuration: WorkerConfiguration
    private let topology: Topology
    private let desk: DeliveryDesk
    private let stop: StopSignal
    private let slots = AttemptSlots()
    public let metrics = DeliveryMetrics()

    public init(
        _ settings: DeliverySettings, _ configuration: WorkerConfiguration, _ topology: Topology, stop: StopSignal
    ) {
        self.settings = settings
        self.configuration = configuration
        self.topology = topology
        self.stop = stop
        desk = DeliveryDesk(settings) { stop.isSet }
    }

    /// Runs until the stop signal, through restarts of broker and database.
    public func run() {
        Log.info("started", ["worker": "delivery", "owner": configuration.owner])
        while !stop.isSet {
            do throws(DeliveryFailure) {
                try session()
            } catch {
                metrics.errors.add(1)
                Log.warning("delivery_retry", ["reason": error.reason])
                stop.pause(milliseconds: DeliveryLimits.retryMilliseconds)
            }
        }
        Log.info("stopped", ["worker": "delivery"])
    }

    /// What ends a session; the next begins with new connections.
    private struct DeliveryFailure: Error {
        let reason: String
    }

    private func session() throws(DeliveryFailure) {
        let store = DeliveryStore(
            connection: try database { () throws(PostgresError) in try connect() }, owner: configuration.owner)
        let report = try kafka { () throws(KafkaError) in try DeliveryReport(configuration.kafka, topology) }
        var nextPruning = ContinuousClock.now
        var nextLook = ContinuousClock.now
        while !stop.isSet {
            try record(store)
            guard let sources = try database({ () throws(PostgresError) in try store.sources() }) else {
                stop.pause(milliseconds: DeliveryLimits.lookMilliseconds)
                continue
            }
            if ContinuousClock.now >= nextPruning {
                let isOldLeft = try database { () throws(PostgresError) in try store.prune() }
                nextPruning = .now + .milliseconds(isOldLeft ? 0 : DeliveryLimits.pruneMilliseconds)
            }
            try tell(store, report)
            var isMore = false
            // Not after each attempt: both look at all that waits.
            if ContinuousClock.now >= nextLook {
                isMore =
                    try database { () throws(PostgresError) in try store.note(sources) }
                    >= DeliveryLimits.notedAtOnce
                metrics.waiting.set(try database { () throws(PostgresError) in try store.waitingCount() })
                nextLook = .now + .milliseconds(isMore ? 0 : DeliveryLimits.lookMilliseconds)
            }
            let begun = try begin(store, sources)
            if begun == 0, !isMore { slots.waitForEnd(milliseconds: DeliveryLimits.lookMilliseconds) }
        }
        try finish(store)
    }

    private func connect() throws(PostgresError) -> PostgresConnection {
        var settings = configuration.database.withApplicationName("tapefold-delivery")
        settings.idleInTransactionTimeoutMilliseconds = DeliveryLimits.attemptTimeoutMilliseconds
        return try PostgresConnection.connect(settings) { stop.isSet }
    }

    /// Writes down what has ended since.
    private func record(_ store: DeliveryStore) throws(DeliveryFailure) {
        for ended in slots.ended {
            let notification = ended.item.due.notification
            try database { () throws(PostgresError) in try store.record(ended.outcome, of: notification) }
            metrics.count(ended.outcome, notification.channel)
            slots.release(ended)
        }
    }

    /// Fills the free slots; returns how many.
    private func begin(_ store: DeliveryStore, _ sources: DeliveryStore.Sources) throws(DeliveryFailure) -> Int {
        let claimed = try database { () throws(PostgresError) in
            try store.claim(
                sources, count: slots.free, besides: slots.users, leaseMilliseconds: settings.leaseMilliseconds)
        }
        for item in claimed { slots.begin(item) { [self] in attempt(item) } }
        return claimed.count
    }

    /// Attempts end within a second or so of the stop signal; what came of them is written down.
    private func finish(_ store: DeliveryStore) throws(DeliveryFailure) {
        let deadline = ContinuousClock.now + .milliseconds(DeliveryLimits.stopMilliseconds)
        try record(store)
        while !slots.users.isEmpty, ContinuousClock.now < deadline {
            slots.waitForEnd(milliseconds: DeliveryLimits.lookMilliseconds)
            try record(store)
        }
    }

    private func attempt(_ item: DeliveryStore.Claimed) -> DeliveryDesk.Outcome {
        desk.attempt(item.due, own: item.own, general: item.general, now: item.now)
    }

    /// Produces outcomes that no event tells yet, also those that a worker before left behind.
    private func tell(_ store: DeliveryStore, _ report: DeliveryReport) throws(DeliveryFailure) {
        while !stop.isSet {
            let events = try database { () throws(PostgresError) in try store.unreported() }
            guard !events.isEmpty else { return }
            try kafka { () throws(KafkaError) in try report.send(events) }
            try database { () throws(PostgresError) in try store.markReported(events) }
            metrics.reported.add(events.count)
        }
    }

    @discardableResult
    private func database<Value>(_ body: () throws(PostgresError) -> Value) throws(DeliveryFailure) -> Value {
        do throws(PostgresError) { return try body() } catch { throw DeliveryFailure(reason: "\(error)") }
    }

    private func kafka<Value>(_ body: () throws(KafkaError) -> Value) throws(DeliveryFailure) -> Value {
        do throws(KafkaError) { return try body() } catch { throw DeliveryFailure(reason: "\(error)") }
    }
}
