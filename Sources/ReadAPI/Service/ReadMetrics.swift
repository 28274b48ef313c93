import HTTPServing
import Synchronization
import Telemetry

/// Counts of the read API, as Prometheus text. Labels are routes and statuses: never users, symbols or paths.
final class ReadMetrics: HTTPObserver {
    /// Upper bounds in nanoseconds; the text gives them in seconds.
    static let durationBounds: [(nanoseconds: UInt64, text: String)] = [
        (500_000, "0.0005"), (1_000_000, "0.001"), (2_500_000, "0.0025"), (5_000_000, "0.005"), (10_000_000, "0.01"),
        (25_000_000, "0.025"), (50_000_000, "0.05"), (100_000_000, "0.1"), (250_000_000, "0.25"), (500_000_000, "0.5"),
        (1_000_000_000, "1"), (2_500_000_000, "2.5"), (5_000_000_000, "5"), (10_000_000_000, "10"),
    ]

    fileprivate struct Histogram {
        var buckets = [UInt64](repeating: 0, count: ReadMetrics.durationBounds.count)
        var count: UInt64 = 0
        var nanoseconds: UInt64 = 0
    }

    /// A route's few answers, and how long they took.
    private struct RouteCounts {
        struct Answers {
            let method: String
            let status: UInt32
            var count: UInt64
        }

        var answers: [Answers] = []
        var durations = Histogram()

        mutating func add(_ method: String, _ status: UInt32, _ nanoseconds: UInt64) {
            durations.add(nanoseconds)
            if let index = answers.firstIndex(where: { $0.status == status && $0.method == method }) {
                answers[index].count += 1
            } else {
                answers.append(Answers(method: method, status: status, count: 1))
            }
        }
    }

    private static let methods = ["GET", "HEAD", "OPTIONS", "POST"]

    private let counts = Mutex<[String: RouteCounts]>([:])
    private let inFlight = Atomic(0)
    private let connections = Atomic(0)
    let busyQueryThreads = Atomic(0)
    let openDatabaseConnections = Atomic(0)
    let snapshots = Atomic(0)
    let snapshotRequests = Atomic(0)
    let databaseErrors = Atomic(0)

    func requestBegan() { inFlight.add(1, ordering: .relaxed) }

    func requestEnded(route: String, method: String, status: UInt32, nanoseconds: UInt64) {
        inFlight.subtract(1, ordering: .relaxed)
        let known = Self.methods.contains(method) ? method : "other"
        counts.withLock { $0[route, default: RouteCounts()].add(known, status, nanoseconds) }
    }

    func connectionsChanged(by change: Int) { connections.add(change, ordering: .relaxed) }

    /// Prometheus text exposition format 0.0.4.
    func text(queued: Int, waiting: Int) -> String {
        let counts = counts.withLock { $0 }
        var text = ""
        text += Self.head("requests_total", "counter", "Requests answered.")
        let routes = counts.sorted { $0.key < $1.key }
        for (route, counts) in routes {
            for each in counts.answers.sorted(by: { ($0.status, $0.method) < ($1.status, $1.method) }) {
                text +=
                    "tapefold_http_requests_total{route=\"\(route)\",method=\"\(each.method)\",status=\"\(each.status)\"} \(each.count)\n"
            }
        }
        text += Self.head("request_duration_seconds", "histogram", "From the request line to the answer's last byte.")
        for (route, counts) in routes { text += counts.durations.text(route: route) }
        text += gauge("requests_in_flight", "Requests being received or answered.", inFlight.load(ordering: .relaxed))
        text += gauge("connections", "Open client connections.", connections.load(ordering: .relaxed))
        text += gauge("requests_queued", "Requests that wait for a query thread.", queued)
        text += gauge("requests_waiting", "Requests that wait for a view to reach a position.", waiting)
        text += pool()
        var process = MetricsText()
        ProcessFigures.add(to: &process)
        return text + process.text
    }

    private func pool() -> String {
        let busy = busyQueryThreads.load(ordering: .relaxed)
        var text = Self.head("query_threads", "gauge", "Query threads by state.")
        text += "tapefold_http_query_threads{state=\"busy\"} \(busy)\n"
        text += "tapefold_http_query_threads{state=\"idle\"} \(ReadAPILimits.queryThreads - busy)\n"
        text += gauge(
            "database_connections", "Open database connections.", openDatabaseConnections.load(ordering: .relaxed))
        text += Self.head("snapshots_total", "counter", "Database snapshots taken.")
        text += "tapefold_http_snapshots_total \(snapshots.load(ordering: .relaxed))\n"
        text += Self.head("snapshot_requests_total", "counter", "Requests answered from those snapshots.")
        text += "tapefold_http_snapshot_requests_total \(snapshotRequests.load(ordering: .relaxed))\n"
        text += Self.head("database_errors_total", "counter", "Failed round trips to the database.")
        text += "tapefold_http_database_errors_total \(databaseErrors.load(ordering: .relaxed))\n"
        return text
    }

    private func gauge(_ name: String, _ help: String, _ value: Int) -> String {
        Self.head(name, "gauge", help) + "tapefold_http_\(name) \(value)\n"
    }

    private static func head(_ name: String, _ type: String, _ help: String) -> String {
        "# HELP tapefold_http_\(name) \(help)\n# TYPE tapefold_http_\(name) \(type)\n"
    }
}

extension ReadMetrics.Histogram {
    fileprivate mutating func add(_ duration: UInt64) {
        count += 1
        nanoseconds += duration
        if let index = ReadMetrics.durationBounds.firstIndex(where: { duration <= $0.nanoseconds }) {
            buckets[index] += 1
        }
    }

    fileprivate func text(route: String) -> String {
        var text = ""
        var cumulative: UInt64 = 0
        let name = "tapefold_http_request_duration_seconds"
        for (bound, bucket) in zip(ReadMetrics.durationBounds, buckets) {
            cumulative += bucket
            text += "\(name)_bucket{route=\"\(route)\",le=\"\(bound.text)\"} \(cumulative)\n"
        }
        text += "\(name)_bucket{route=\"\(route)\",le=\"+Inf\"} \(count)\n"
        let fraction = String(1_000_000_000 + nanoseconds % 1_000_000_000).dropFirst()
        text += "\(name)_sum{route=\"\(route)\"} \(nanoseconds / 1_000_000_000).\(fraction)\n"
        text += "\(name)_count{route=\"\(route)\"} \(count)\n"
        return text
    }
}
