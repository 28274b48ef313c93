import Telemetry

/// What the broker counts. Written by its one thread, read by the metrics endpoint's.
final class BrokerMetrics: Sendable {
    private let requests: [Counter] = ApiKey.allCases.map { _ in Counter() }
    let receivedBytes = Counter()
    /// Closed because of what the client sent or did, not because it left.
    let closedConnections = Counter()
    let connections = Gauge()
    let syncTime = Histogram.durations()
    private let topics = Gauge()
    private let partitions = Gauge()
    private let logBytes = Gauge()
    private let groups = Gauge()
    private let syncBegan = Gauge()

    func count(_ api: ApiKey) {
        if let index = ApiKey.allCases.firstIndex(of: api) { requests[index].add(1) }
    }

    func syncStarted(microseconds: Int64) { syncBegan.set(Int(microseconds)) }

    func syncEnded(microseconds: Int64) { syncTime.observe((Int(microseconds) - syncBegan.current) * 1_000) }

    /// What has to be counted up: now and then.
    func look(at node: BrokerNode) {
        let logs = node.topics.topics.values.flatMap(\.partitions)
        topics.set(node.topics.topics.count)
        partitions.set(logs.count)
        logBytes.set(logs.reduce(0) { $0 + $1.segments.reduce(0) { $0 + $1.size } })
        groups.set(node.groups.count)
    }

    var source: MetricsEndpoint.Source {
        MetricsEndpoint.Source(metrics: { [self] in add(to: &$0) }, unreadiness: { nil })
    }

    private func add(to metrics: inout MetricsText) {
        metrics.family("tapefold_broker_requests_total", .counter, "Requests taken, by what they ask for.") {
            for (api, counter) in zip(ApiKey.allCases, requests) { $0.sample(["api": "\(api)"], counter.current) }
        }
        metrics.single(
            "tapefold_broker_received_bytes_total", .counter, "Bytes received from clients.", receivedBytes.current)
        metrics.single("tapefold_broker_connections", .gauge, "Open client connections.", connections.current)
        metrics.single(
            "tapefold_broker_connections_closed_total", .counter, "Connections closed for what the client sent.",
            closedConnections.current)
        metrics.histograms(
            "tapefold_broker_sync_duration_seconds",
            "One group sync of the log's files, before which nothing in it is "
                + "acknowledged.", [(labels: [:], syncTime)])
        metrics.single("tapefold_broker_topics", .gauge, "Topics.", topics.current)
        metrics.single("tapefold_broker_partitions", .gauge, "Partitions of all topics.", partitions.current)
        metrics.single("tapefold_broker_log_bytes", .gauge, "Bytes of all partitions' segments.", logBytes.current)
        metrics.single("tapefold_broker_groups", .gauge, "Consumer groups.", groups.current)
    }
}
