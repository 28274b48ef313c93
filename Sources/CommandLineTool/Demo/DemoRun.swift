import Engine
import Events
import Foundation
import Kafka
import Postgres

/// The demo's steps on a deployment that is ready.
struct DemoRun {
    let connections: Connections
    let deployment: Deployment

    private var console: Console { connections.console }

    func run(data: String?, events: Int) throws -> DemoSummary {
        let begun = ContinuousClock.now
        var summary = DemoSummary(api: deployment.runFile.api)
        try feed(data, events, &summary)
        try catchUp(&summary)
        try rebuild(&summary)
        try verify(&summary)
        try countRows(&summary)
        summary.seconds = (((ContinuousClock.now - begun) / .milliseconds(10)).rounded()) / 100
        summary.verified = summary.failures.isEmpty
        return summary
    }

    private func feed(_ data: String?, _ events: Int, _ summary: inout DemoSummary) throws {
        console.note(data.map { "sending the events in \($0) …" } ?? "sending \(events) simulated events …")
        let feed = DemoFeed(connections: connections)
        let outcome = try data.map { try feed.importAll($0) } ?? feed.simulate(events)
        summary.events = outcome.sent
        summary.rejectedRows = outcome.rejectedRows
        summary.undelivered = outcome.undelivered
        summary.user = outcome.user
        summary.symbol = outcome.symbol
        if outcome.undelivered > 0 { summary.failures.append("\(outcome.undelivered) events were not delivered") }
    }

    /// Waits until every view has folded all that its topics hold.
    private func catchUp(_ summary: inout DemoSummary) throws {
        console.note("waiting until every view has caught up …")
        let admin = try connections.admin()
        let connection = try connections.database()
        var best = Int64.max
        var lastProgress = ContinuousClock.now
        while true {
            if Interruption.shared.isRequested { throw Deployment.Interrupted() }
            let views = try ViewStatus.read(connection, admin)
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

    private func rebuild(_ summary: inout DemoSummary) throws {
        let view = "positions"
        console.note("building \(view) anew from its topics, beside the live one …")
        let progress = ProgressLine(console)
        defer { progress.finish() }
        summary.rebuilt = try ReplayCommand.replay(view, connections, fresh: false, progress: progress)
    }

    private func verify(_ summary: inout DemoSummary) throws {}

    private func countRows(_ summary: inout DemoSummary) throws {
        let connection = try connections.database()
        for status in try ViewStatus.read(connection, try connections.admin()) {
            summary.views[status.view] = DemoSummary.View(
                build: status.build, lag: status.lag, parked: status.parked,
                rows: try rows(of: status.view, connection))
        }
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
            let relation =
                try connection.quoteIdentifier(try names.text(row, 0)) + "." + connection.quoteIdentifier(name)
            counts[String(name.dropFirst("api_".count))] = try connection.query("SELECT count(*) FROM \(relation)")
                .int64(0, 0)
        }
        return counts
    }

    func describe(_ summary: DemoSummary) {
        console.line("\(summary.events) events sent, \(summary.rejectedRows) bad rows reported")
        for (name, view) in summary.views.sorted(by: { $0.key < $1.key }) {
            let rows = view.rows.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            let parked = view.parked == 0 ? "" : "; \(view.parked) parked"
            let verified = view.verified.map { $0 ? "; verified" : "; DIFFERS" } ?? ""
            console.line("view \(name) \(view.build): \(rows)\(parked)\(verified)")
        }
        if let rebuilt = summary.rebuilt { console.line("rebuilt: \(ReplayCommand.text(rebuilt))") }
        for failure in summary.failures { console.line("FAILED: \(failure)") }
        console.line(summary.verified ? "every check held (\(summary.seconds) s)" : "not every check held")
    }

    /// Where to look next.
    func pointOut(_ summary: DemoSummary) {
        let option = deployment.dataPath.hasSuffix("/.tapefold") ? "" : " --data-dir \(deployment.dataPath)"
        console.note(
            """
            Look next (everything stays up until Ctrl-C):
              TOKEN=$(tapefold token --user \(summary.user)\(option))
              curl -H "Authorization: Bearer $TOKEN" \(summary.api)/v1/positions
              curl -H "Authorization: Bearer $TOKEN" '\(summary.api)/v1/candles/\(summary.symbol)?interval=30m'
              tapefold status\(option)
              tapefold consume trades.executed --max 3\(option)
              psql '\(deployment.runFile.database)' -c 'SELECT * FROM api.positions LIMIT 5'
            """)
    }
}
