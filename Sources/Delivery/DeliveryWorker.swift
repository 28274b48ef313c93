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
    public let metrics = DeliveryMetrics()

    public init(
        _ settings: DeliverySettings, _ configuration: WorkerConfiguration, _ topology: Topology, stop: StopSignal
    ) {
        self.settings = settings
        self.configuration = configuration
        self.topology = topology
        self.stop = stop
        desk = DeliveryDesk(settings)
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
        while !stop.isSet {
            guard let sources = try database({ () throws(PostgresError) in try store.sources() }) else {
                stop.pause(milliseconds: DeliveryLimits.lookMilliseconds)
                continue
            }
            if ContinuousClock.now >= nextPruning {
                try database { () throws(PostgresError) in try store.prune() }
                nextPruning = .now + .milliseconds(DeliveryLimits.pruneMilliseconds)
            }
            try tell(store, report)
            let (noted, attempted) = try work(store, sources)
            try tell(store, report)
            if noted < DeliveryLimits.notedAtOnce, attempted == 0 {
                stop.pause(milliseconds: DeliveryLimits.lookMilliseconds)
            }
        }
    }

    private func connect() throws(PostgresError) -> PostgresConnection {
        var settings = configuration.database.withApplicationName("tapefold-delivery")
        settings.idleInTransactionTimeoutMilliseconds = DeliveryLimits.attemptTimeoutMilliseconds
        return try PostgresConnection.connect(settings) { stop.isSet }
    }

    /// How many were noted, how many attempted.
    private func work(
        _ store: DeliveryStore, _ sources: DeliveryStore.Sources
    ) throws(DeliveryFailure) -> (Int, Int) {
        let noted = try database { () throws(PostgresError) in try store.note(sources) }
        let claimed = try database { () throws(PostgresError) in
            try store.claim(sources, leaseMilliseconds: settings.leaseMilliseconds)
        }
        let outcomes = attempts(claimed)
        for (item, outcome) in zip(claimed, outcomes) {
            try database { () throws(PostgresError) in try store.record(outcome, of: item.due.notification) }
            metrics.count(outcome, item.due.notification.channel)
        }
        metrics.waiting.set(try database { () throws(PostgresError) in try store.waitingCount() })
        return (noted, claimed.count)
    }

    /// Side by side: one slow server holds up nobody else's mail for longer than an attempt may take.
    private func attempts(_ claimed: [DeliveryStore.Claimed]) -> [DeliveryDesk.Outcome] {
        guard claimed.count > 1 else { return claimed.map(attempt) }
        let results = AttemptResults(count: claimed.count)
        DispatchQueue.concurrentPerform(iterations: claimed.count) { results.set($0, attempt(claimed[$0])) }
        return results.all
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
