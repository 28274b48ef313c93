import Engine
import Foundation
import Glibc

/// What `dlq retry` and `dlq drop` have in common: to ask first, to wait for the lanes' owners, and to report.
struct DlqRequests {
    let invocation: Invocation
    let catalog: ParkingCatalog
    /// `retry`, `drop`.
    let verb: String

    static var author: String {
        "\(ProcessInfo.processInfo.userName)@\(ProcessInfo.processInfo.hostName)"
    }

    private struct Plan: Encodable {
        let view: String
        let dryRun = true
        let keys: Int
        let events: Int
        let items: [DlqItem]
    }

    private struct Outcome: Encodable {
        let subject: String
        let lane: Int
        let status: String
        let folded: Int
        let dropped: Int
        let remaining: Int
        let code: String?
        let reason: String?
    }

    private struct Result: Encodable {
        let view: String
        let done: Int
        let failed: Int
        let queued: Int
        let folded: Int
        let dropped: Int
        let outcomes: [Outcome]
    }

    /// Shows what would be done.
    func plan(_ events: [ParkedEvent], includesFollowing: Bool) throws -> ExitStatusCode {
        let items = events.map(DlqItem.init)
        let count = events.reduce(events.count) { $0 + (includesFollowing ? $1.waiting : 0) }
        if invocation.wantsJSON {
            try invocation.console.json(Plan(view: catalog.view, keys: events.count, events: count, items: items))
        } else {
            for item in items { invocation.console.line(item.line) }
            invocation.console.line(
                "would \(verb) \(counted(events.count, "key")), \(counted(count, "event")); nothing was done")
        }
        return .done
    }

    /// Asks the person, for more than one key; false when the answer is not yes.
    func isConfirmed(_ events: [ParkedEvent]) throws -> Bool {
        guard events.count > 1, !invocation.arguments.flag("yes") else { return true }
        let waiting = events.reduce(0) { $0 + $1.waiting }
        let question =
            "\(verb) \(counted(events.count, "key")) of view \(catalog.view), \(counted(waiting, "event")) waiting behind"
        guard isatty(STDIN_FILENO) == 1 else {
            throw UsageError("this would \(question): say --yes, or look at it with --dry-run")
        }
        invocation.console.note("\(question)? [y/N]")
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            invocation.console.note("nothing was done")
            return false
        }
        return true
    }

    /// Waits for the requests, reports and says how it went.
    func follow(_ requests: [Int64]) throws -> ExitStatusCode {
        let seconds = invocation.arguments.integer("wait") ?? CommandLineLimits.dlqWaitSeconds
        let deadline = ContinuousClock.now + .seconds(seconds)
        Interruption.shared.install()
        while try catalog.openCount(of: requests) > 0, ContinuousClock.now < deadline, !Interruption.shared.isRequested
        {
            Interruption.shared.pause(milliseconds: CommandLineLimits.dlqPollMilliseconds)
        }
        let result = summary(try catalog.outcomes(of: requests).map(outcome))
        if invocation.wantsJSON {
            try invocation.console.json(result)
        } else {
            for line in text(result) { invocation.console.line(line) }
        }
        return result.failed == 0 && result.queued == 0 ? .done : .failed
    }

    private func outcome(_ outcome: ParkingOutcome) -> Outcome {
        let status = outcome.isQueued ? "queued" : outcome.code == nil ? "done" : "failed"
        return Outcome(
            subject: outcome.subject, lane: outcome.lane, status: status, folded: outcome.folded,
            dropped: outcome.dropped, remaining: outcome.remaining, code: outcome.code, reason: outcome.reason)
    }

    private func summary(_ outcomes: [Outcome]) -> Result {
        func count(_ status: String) -> Int { outcomes.count { $0.status == status } }
        return Result(
            view: catalog.view, done: count("done"), failed: count("failed"), queued: count("queued"),
            folded: outcomes.reduce(0) { $0 + $1.folded }, dropped: outcomes.reduce(0) { $0 + $1.dropped },
            outcomes: outcomes)
    }

    private func text(_ result: Result) -> [String] {
        var lines: [String] = []
        for outcome in result.outcomes where outcome.status == "failed" {
            lines.append(
                "\(outcome.subject)  still parked with \(counted(outcome.remaining, "event"))  \(outcome.code ?? "")\n  "
                    + (outcome.reason ?? ""))
        }
        var summary = "\(counted(result.done, "key")) done"
        if result.failed > 0 { summary += ", \(counted(result.failed, "key")) still parked" }
        summary += "; \(counted(result.folded, "event")) folded"
        if result.dropped > 0 { summary += ", \(result.dropped) dropped" }
        lines.append(summary)
        if result.queued > 0 {
            lines.append(
                "\(counted(result.queued, "key")) queued: the worker of their lane does it when it runs; is "
                    + "\(Processor.program(serving: catalog.view)) running? `tapefold status \(catalog.view)` shows the owners"
            )
        }
        return lines
    }

}
