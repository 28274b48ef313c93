import Engine
import Foundation
import Kafka
import Postgres

/// The demo's steps on a deployment that is ready.
struct DemoRun {
    let connections: Connections
    let deployment: Deployment
    private let stop: StopSignal

    private var console: Console { connections.console }

    init(connections: Connections, deployment: Deployment) {
        self.connections = connections
        self.deployment = deployment
        let stop = StopSignal()
        self.stop = stop
        // The engine looks at a signal of its own.
        Thread.detachNewThread {
            while !Interruption.shared.isRequested { Interruption.shared.pause(milliseconds: 1_000) }
            stop.set()
        }
    }

    func run(files: DemoFiles?, events: Int) throws -> DemoSummary {
        let begun = ContinuousClock.now
        var summary = DemoSummary(api: deployment.runFile.api)
        try feed(files, events, &summary)
        try catchUp()
        try rebuild(&summary)
        try verifyAll(&summary)
        summary.seconds = (((ContinuousClock.now - begun) / .milliseconds(10)).rounded()) / 100
        summary.verified = summary.failures.isEmpty
        return summary
    }

    private func feed(_ files: DemoFiles?, _ events: Int, _ summary: inout DemoSummary) throws {
        console.note(files.map { "sending the events in \($0.folder) …" } ?? "sending \(events) simulated events …")
        let feed = DemoFeed(connections: connections)
        let outcome = try files.map { try feed.importAll($0) } ?? feed.simulate(events)
        summary.events = outcome.sent
        summary.rejectedRows = outcome.rejectedRows
        summary.undelivered = outcome.undelivered
        summary.user = outcome.user
        summary.symbol = outcome.symbol
        if outcome.undelivered > 0 { summary.failures.append("\(outcome.undelivered) events were not delivered") }
    }

    /// Waits until every view has folded all that its topics hold.
    private func catchUp() throws {
        console.note("waiting until every view has caught up …")
        let admin = try connections.admin()
        let connection = try connections.database()
        var best = Int64.max
        var lastProgress = ContinuousClock.now
        while true {
            try checkSignal()
            let views = try statuses(connection, admin)
            let lag = views.reduce(0) { $0 + $1.lag }
            if lag == 0 { return }
            if lag < best { (best, lastProgress) = (lag, ContinuousClock.now) }
            if ContinuousClock.now - lastProgress > .milliseconds(CommandLineLimits.stalledTimeoutMilliseconds) {
                let behind = views.filter { $0.lag > 0 }.map { "\($0.view) by \($0.lag)" }.joined(separator: ", ")
                throw CommandFailure(
                    "the views stopped catching up: \(behind)",
                    remedy: "The processors' logs say why: \(deployment.logPath)")
            }
            Interruption.shared.pause(milliseconds: CommandLineLimits.catchUpPollMilliseconds)
        }
    }

    private func statuses(_ connection: PostgresConnection, _ admin: KafkaAdmin) throws -> [ViewStatus] {
        try ViewRegistry.standard.names.compactMap { try ViewStatus.read($0, on: connection, admin: admin) }
    }

    private func rebuild(_ summary: inout DemoSummary) throws {
        let name = "positions"
        console.note("building \(name) anew from its topics, beside the live one …")
        let (configuration, view) = try connections.worker(name)
        let progress = ProgressLine(console)
        defer { progress.end() }
        let replay = try interruptible {
            try ReplayRun.run(view: name, configuration: configuration, topology: view, stop: stop) {
                progress.show($0)
            }
        }
        summary.rebuilt = ReplayCommand.Result(replay)
    }

    private func verifyAll(_ summary: inout DemoSummary) throws {
        let connection = try connections.database()
        for status in try statuses(connection, try connections.admin())
        where !ViewRegistry.standard.isReactor(status.view) {
            let result = try verify(status.view)
            if !result.verified {
                summary.failures += VerifyCommand.text(result)
            }
            summary.views[status.view] = DemoSummary.View(
                build: result.build, lag: status.lag, parkedEvents: result.parkedEvents,
                rows: try rows(of: status.view, connection), verified: result.verified)
        }
    }

    private func verify(_ name: String) throws -> VerifyCommand.Result {
        console.note("folding \(name) once more and comparing every row …")
        let (configuration, view) = try connections.worker(name)
        let progress = ProgressLine(console)
        defer { progress.end() }
        return VerifyCommand.Result(
            try interruptible {
                try VerifyRun.run(view: name, configuration: configuration, topology: view, stop: stop) {
                    progress.show($0)
                }
            })
    }

    /// An engine that was interrupted is no failure of the demo.
    private func interruptible<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            try checkSignal()
            throw error
        }
    }

    private func checkSignal() throws {
        if Interruption.shared.isRequested { throw Deployment.Interrupted() }
    }

    /// How many rows each relation of the view's live build shows.
    private func rows(of view: String, _ connection: PostgresConnection) throws -> [String: Int64] {
        let names = try connection.query(
            """
            SELECT v.table_schema, v.table_name FROM tapefold.build b
            JOIN information_schema.views v ON v.table_schema = b.schema_name
            WHERE b.view = $1 AND b.status = 'live' AND v.table_name LIKE 'api\\_%'
            """, [.text(view)])
        var counts: [String: Int64] = [:]
        for row in 0..<names.rowCount {
            let name = try names.text(row, 1)
            let schema = try connection.quoteIdentifier(try names.text(row, 0))
            let relation = "\(schema).\(try connection.quoteIdentifier(name))"
            counts[String(name.dropFirst("api_".count))] = try connection.query(
                "SELECT count(*) FROM \(relation)"
            ).int64(0, 0)
        }
        return counts
    }
}
