import Domain
import Engine
import Events
import Foundation
import Projections
import Telemetry

/// `tapefold settle --date D [--that-day-only] [--prices F] [--contracts F] [--dry-run]`.
enum SettleCommand {
    static let command = Command(
        "settle", "Close the open lots of contracts that expired by a day, at their settlement price.",
        discussion: """
            Sends one execution for each book that still holds a contract that expired on the day or before: at the price in
            --prices, else at the market view's close of the contract's last day, and as of that day's close. Sends nothing at
            all while one price is missing, or before the session of one contract has ended. The executions' ids follow from
            the book and its expiry, so that running it twice, or on another day, changes nothing.
            """,
        options: [
            OptionDefinition("date", .text("YYYY-MM-DD"), "The last day of expiry. Required."),
            OptionDefinition(
                "prices", .text("F"), "Settlement prices: a line EXCHANGE:SYMBOL,price for each contract."),
            OptionDefinition(
                "contracts", .text("F"), "The contracts that expire that day, a line EXCHANGE:SYMBOL each.",
                default: "those of view instruments"),
            .flag("that-day-only", "Leave out contracts that expired before that day."),
            .flag("dry-run", "Say what would be sent, and send nothing."),
            .json, .dataDirectory,
        ],
        examples: [
            "tapefold settle --date 2026-01-29 --dry-run",
            "tapefold settle --date 2026-01-29 --prices settlement.csv",
        ],
        run: run)

    private struct Line: Encodable {
        let tradeId: String
        let userId: String
        let account: String
        let symbol: String
        let side: String
        let quantity: String
        let price: String
    }

    private struct Report: Encodable {
        let date: String
        var sent = 0
        var settlements: [Line]
    }

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        guard let text = invocation.arguments.text("date") else { throw UsageError("--date is missing") }
        guard let day = CivilDate(parsing: text) else {
            throw UsageError("--date is \"\(text)\", no day: write it as 2026-01-29")
        }
        let prices = try invocation.arguments.text("prices").map(SettlementFiles.prices) ?? [:]
        let contracts = try invocation.arguments.text("contracts").map(SettlementFiles.contracts)
        let connections = Connections(invocation)
        let connection = try connections.migratedDatabase()
        let calendar = try MarketSettings.ofProcess.get().calendar
        Interruption.shared.install()
        try waitForViews(contracts == nil ? ["positions", "instruments"] : ["positions"], connections)
        let reader = SettlementReader(
            connection: connection, day: day, isThatDayOnly: invocation.arguments.flag("that-day-only"))
        var (open, closes) = try reader.read(contracts)
        if open.contains(where: { prices[$0.contract] == nil }) {
            try waitForViews(["market"], connections)
            (open, closes) = try reader.read(contracts)
        }
        let settlement = Settlement(calendar: calendar)
        let running = settlement.unfinished(open, now: LogLine.now())
        guard running.isEmpty else {
            throw CommandFailure(
                running.prefix(CommandLineLimits.reportedProblems).joined(separator: "\n  "),
                remedy: "Run it after the close: a price before it is no settlement price.")
        }
        let plan = settlement.plan(open, prices: closes.merging(prices) { $1 })
        guard plan.problems.isEmpty else {
            throw CommandFailure(
                plan.problems.prefix(CommandLineLimits.reportedProblems).joined(separator: "\n  "),
                remedy: "Nothing was sent. Correct this and run it again.")
        }
        return try send(plan.events, day, invocation, connections)
    }

    /// What was sent before this command must be folded before anybody decides what is open, at which price, and what
    /// expires. What comes meanwhile is not waited for: a log that is written to has no end.
    private static func waitForViews(_ views: [String], _ connections: Connections) throws {
        let deadline = ContinuousClock.now + .milliseconds(CommandLineLimits.settlementWaitMilliseconds)
        let (connection, admin) = (try connections.migratedDatabase(), try connections.admin())
        for view in views {
            // Its absence is told by whoever needs it.
            guard let first = try ViewStatus.read(view, on: connection, admin: admin) else { continue }
            let target = FoldTarget(of: first)
            var status = first
            while target.lag(of: status) > 0 {
                guard ContinuousClock.now < deadline, !Interruption.shared.isRequested else {
                    throw CommandFailure(
                        "view \(view) lags \(target.lag(of: status)) records behind what the log had when this began, so "
                            + "what is to be settled is not known yet",
                        remedy: "Look at `tapefold status`, and run it again when the view has caught up.")
                }
                Interruption.shared.pause(milliseconds: CommandLineLimits.readyPollMilliseconds)
                status = try ViewStatus.read(view, on: connection, admin: admin) ?? status
            }
        }
    }

    private static func send(
        _ events: [DecodedEvent], _ day: CivilDate, _ invocation: Invocation, _ connections: Connections
    ) throws -> ExitStatusCode {
        var report = Report(date: day.description, settlements: events.compactMap(line))
        if !invocation.arguments.flag("dry-run"), !events.isEmpty {
            let sender = try EventSender(try connections.kafka(), topology: try connections.topology())
            let encoder = EventEncoder()
            for (number, event) in events.enumerated() {
                try sender.send(
                    topic: event.kind.topic, key: event.payload.partitionKey, value: encoder.structured(event),
                    number: UInt64(number))
            }
            for failure in try sender.finish() { invocation.console.note("not delivered: \(failure.error)") }
            report.sent = sender.sent - sender.failed
            try summarise(report, invocation)
            return sender.failed == 0 ? .done : .failed
        }
        try summarise(report, invocation)
        return .done
    }

    private static func line(_ event: DecodedEvent) -> Line? {
        guard case .tradeExecuted(let trade) = event.payload else { return nil }
        return Line(
            tradeId: trade.tradeId, userId: trade.userId, account: trade.account,
            symbol: "\(trade.exchange):\(trade.symbol)", side: trade.side.rawValue,
            quantity: trade.quantity.description, price: trade.price.description)
    }

    private static func summarise(_ report: Report, _ invocation: Invocation) throws {
        if invocation.wantsJSON { return try invocation.console.json(report) }
        for line in report.settlements {
            invocation.console.line(
                "\(line.userId) \(line.account) \(line.side) \(line.quantity) \(line.symbol) at \(line.price)")
        }
        let done = invocation.arguments.flag("dry-run") ? "nothing sent (--dry-run)" : "\(report.sent) sent"
        invocation.console.line("\(report.settlements.count) settlements for \(report.date): \(done)")
    }
}
