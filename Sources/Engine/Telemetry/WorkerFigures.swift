import Synchronization
import Telemetry

/// What the workers of a process say of themselves, for its one endpoint.
final class WorkerFigures: Sendable {
    private let expected: Int
    private let sources = Mutex<[MetricsEndpoint.Source]>([])

    /// - Parameter expected: how many workers there will be; until all are there the process is not ready.
    init(expected: Int) { self.expected = expected }

    func add(_ source: MetricsEndpoint.Source) { sources.withLock { $0.append(source) } }

    /// All of them as one: the first that is not ready says why.
    var together: MetricsEndpoint.Source {
        MetricsEndpoint.Source(
            metrics: { [self] text in for source in sources.withLock({ $0 }) { source.metrics(&text) } },
            unreadiness: { [self] in
                let sources = sources.withLock { $0 }
                guard sources.count == expected else { return "has not started" }
                return sources.lazy.compactMap { $0.unreadiness() }.first
            })
    }
}
