import Events
import Telemetry

/// What the worker did since it started, for /metrics.
public final class DeliveryMetrics: Sendable {
    private enum Result: String, CaseIterable {
        case delivered
        case failed
        case postponed
        case retried
    }

    let waiting = Gauge()
    let reported = Counter()
    /// Of the database or the broker.
    let errors = Counter()
    private let counts = NotificationChannel.allCases.map { _ in Result.allCases.map { _ in Counter() } }

    func count(_ outcome: DeliveryDesk.Outcome, _ channel: NotificationChannel) {
        let result: Result =
            switch outcome {
            case .delivered: .delivered
            case .failed: .failed
            case .postponed: .postponed
            case .again: .retried
            }
        guard let row = NotificationChannel.allCases.firstIndex(of: channel),
            let column = Result.allCases.firstIndex(of: result)
        else { return }
        counts[row][column].add(1)
    }

    public func add(to text: inout MetricsText) {
        text.family(
            "tapefold_delivery_attempts_total", .counter,
            "Attempts to send a notification, and turns that were put off, by what came of them"
        ) { family in
            for (channel, row) in zip(NotificationChannel.allCases, counts) {
                for (result, counter) in zip(Result.allCases, row) {
                    family.sample(["channel": channel.rawValue, "result": result.rawValue], counter.current)
                }
            }
        }
        text.single(
            "tapefold_delivery_waiting", .gauge, "Notifications that are to be sent, of all workers", waiting.current)
        text.single(
            "tapefold_delivery_reported_total", .counter, "Outcomes told on notifications.updated", reported.current)
        text.single(
            "tapefold_delivery_errors_total", .counter, "Errors of the database or the broker", errors.current)
    }
}
