import Foundation

extension DemoRun {
    func describe(_ summary: DemoSummary) {
        let console = connections.console
        console.line("\(summary.events) events sent, \(summary.rejectedRows) bad rows reported")
        for (name, view) in summary.views.sorted(by: { $0.key < $1.key }) {
            let rows = view.rows.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            let parked = view.parkedEvents == 0 ? "" : "; \(view.parkedEvents) events parked"
            console.line(
                "view \(name) \(view.build): \(rows)\(parked); \(view.verified ? "equals the log" : "DIFFERS from the log")"
            )
        }
        if let rebuilt = summary.rebuilt { console.line("rebuilt: \(ReplayCommand.text(rebuilt))") }
        for failure in summary.failures { console.line("FAILED: \(failure)") }
        console.line(summary.verified ? "every check held (\(summary.seconds) s)" : "not every check held")
    }

    /// Where to look next.
    func pointOut(_ summary: DemoSummary) {
        let isDefault = deployment.dataPath == FileManager.default.currentDirectoryPath + "/.tapefold"
        let option = isDefault ? "" : " --data-dir \(deployment.dataPath)"
        // As it was called: who has not put it into the PATH can copy the lines all the same.
        let tapefold = CommandLine.arguments.first ?? "tapefold"
        connections.console.note(
            """
            Look next (everything stays up until Ctrl-C):
              \(summary.api)/ in a browser; sign in with the token that the next line prints
              \(tapefold) token --user \(summary.user)\(option)
              TOKEN=$(\(tapefold) token --user \(summary.user)\(option))
              curl -H "Authorization: Bearer $TOKEN" \(summary.api)/v1/positions
              curl -H "Authorization: Bearer $TOKEN" '\(summary.api)/v1/candles/\(summary.symbol)?interval=30m'
              \(tapefold) status\(option)
              \(tapefold) consume trades.executed --max 3\(option)
              psql "$(\(tapefold) db url\(option))" -c 'SELECT * FROM api.positions LIMIT 5'
            """)
    }
}
