import Domain
import Engine
import Postgres

/// `tapefold db maintain`.
enum MaintainCommand {
    private static let days = 1...36_500

    static let command = Command(
        "db maintain", "Drop what views keep no more, and what interrupted commands left.",
        discussion:
            "Ticks are kept for 90 days and candles for five years, counted back from the newest, as partitions that are dropped whole: "
            + "lanes go on meanwhile, and a reader of the oldest days only puts it off. A rebuild brings nothing back and verify leaves "
            + "out what is gone. Run it once a day.",
        options: [
            OptionDefinition("ticks-days", .integer("N", days), "Keep ticks for N days.", default: "90"),
            OptionDefinition("candles-days", .integer("N", days), "Keep candles for N days.", default: "1826"),
            .flag("dry-run", "Only say what would go."), .json, .dataDirectory,
        ],
        examples: ["tapefold db maintain --dry-run", "tapefold db maintain --ticks-days 30"], run: run)

    private struct Report: Encodable {
        struct Drop: Encodable {
            var view: String
            var build: String
            var table: String
            var before: String
            var partitions: Int
            var bytes: Int64
            var rows: Int64
            var busy: Int
            var needsReplay: Bool
        }
        struct Leftover: Encodable {
            var view: String
            var build: String
            var why: String
            var dropped: Bool
        }
        var dryRun: Bool
        var drops: [Drop]
        var leftovers: [Leftover]
        var oldChanges: Int64
        var waitingEffects: [String: Int64]
        var forgottenIds: Int64
    }

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        let connections = Connections(invocation)
        let isDryRun = invocation.arguments.flag("dry-run")
        var kept: [String: Int] = [:]
        for table in ["ticks", "candles"] { kept[table] = invocation.arguments.integer("\(table)-days") }
        let database = try connections.database()
        try Migrations.run(on: database)
        let outcome = try Maintenance(on: database, keptDays: kept, isDryRun: isDryRun).run(connections.views)
        if invocation.wantsJSON {
            try invocation.console.json(report(outcome, isDryRun))
        } else {
            tell(outcome, isDryRun, invocation.console)
        }
        return outcome.drops.contains { $0.busy > 0 } ? .failed : .done
    }

    private static func report(_ outcome: Maintenance.Outcome, _ isDryRun: Bool) -> Report {
        Report(
            dryRun: isDryRun,
            drops: outcome.drops.map {
                .init(
                    view: $0.view, build: $0.build, table: $0.table, before: "\(CivilDate(dayNumber: $0.before))",
                    partitions: $0.partitions, bytes: $0.bytes, rows: $0.rows, busy: $0.busy,
                    needsReplay: $0.needsReplay)
            },
            leftovers: outcome.leftovers.map {
                .init(view: $0.view, build: $0.build, why: $0.why, dropped: $0.isDropped)
            },
            oldChanges: outcome.oldChanges, waitingEffects: outcome.waitingEffects,
            forgottenIds: outcome.forgottenIds)
    }

    private static func tell(_ outcome: Maintenance.Outcome, _ isDryRun: Bool, _ console: Console) {
        for drop in outcome.drops {
            let place = "\(drop.view) \(drop.build) \(drop.table)"
            if drop.needsReplay {
                console.note(
                    "\(place): made before tables had partitions; `tapefold replay \(drop.view)` gives it some")
                continue
            }
            let verb = isDryRun ? "would drop" : "dropped"
            console.line(
                "\(place): \(verb) \(drop.partitions - drop.busy) partitions (\(drop.bytes / 1_048_576) MB) and \(drop.rows) "
                    + "rows of days before \(CivilDate(dayNumber: drop.before))")
            if drop.busy > 0 { console.note("\(place): \(drop.busy) partitions are being read; run it again later") }
        }
        for left in outcome.leftovers {
            console.line("\(left.view) \(left.build): \(left.isDropped ? "dropped: " : "")\(left.why)")
        }
        if outcome.oldChanges > 0 {
            console.line(
                "view changes: \(isDryRun ? "would drop" : "dropped") \(outcome.oldChanges) rows that no stream goes back to"
            )
        }
        for (view, count) in outcome.waitingEffects.sorted(by: { $0.key < $1.key }) {
            console.note("\(view): \(count) effects wait to be published; its processor does so when it runs")
        }
        if outcome.forgottenIds > 0 {
            console.line(
                "commands: \(isDryRun ? "would forget" : "forgot") \(outcome.forgottenIds) ids used more than "
                    + "\(EngineLimits.commandIdentityKeptDays) days ago")
        }
        if outcome.drops.isEmpty, outcome.oldChanges == 0 { console.line("nothing is older than what is kept") }
    }
}
