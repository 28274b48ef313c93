import Engine
import Foundation
import Postgres

/// `tapefold db migrate|status|url`; `db maintain` is `MaintainCommand`.
enum DatabaseCommand {
    static let migrate = Command(
        "db migrate", "Bring the database's schema up to date.",
        discussion: "Applies the files of schemas/database that are missing, in order, each once. Safe to run again.",
        options: [.json, .dataDirectory], examples: ["tapefold db migrate"], run: runMigrate)

    static let status = Command(
        "db status", "Show which migrations the database has.", options: [.json, .dataDirectory],
        examples: ["tapefold db status"], run: runStatus)

    static let url = Command(
        "db url", "Print the database's address, its password too, for psql and other clients.",
        options: [.json, .dataDirectory], examples: ["psql \"$(tapefold db url)\""]
    ) { invocation in
        let url = try Connections(invocation).settings.requireDatabase().value
        if invocation.wantsJSON {
            try invocation.console.json(["database": url])
        } else {
            invocation.console.line(url)
        }
        return .done
    }

    private struct Entry: Encodable {
        var migration: String
        var state: String
        var appliedAt: String?
    }

    private static func runMigrate(_ invocation: Invocation) throws -> ExitStatusCode {
        let connections = Connections(invocation)
        let runner = try MigrationRunner(Migrations.all)
        let applied = try runner.run(on: try connections.database())
        if invocation.wantsJSON {
            try invocation.console.json(["applied": applied.map(\.fileName)])
        } else {
            for migration in applied { invocation.console.line("applied \(migration.fileName)") }
            if applied.isEmpty { invocation.console.line("the database is up to date") }
        }
        return .done
    }

    private static func runStatus(_ invocation: Invocation) throws -> ExitStatusCode {
        let connections = Connections(invocation)
        let entries = try MigrationRunner(Migrations.all).status(on: try connections.database()).map(entry)
        if invocation.wantsJSON {
            try invocation.console.json(["migrations": entries])
        } else {
            for entry in entries {
                invocation.console.line("\(entry.migration)  \(entry.state)" + (entry.appliedAt.map { " \($0)" } ?? ""))
            }
        }
        return entries.allSatisfy { $0.state == "applied" } ? .done : .failed
    }

    private static func entry(_ status: MigrationStatus) -> Entry {
        let name = String(format: "%04d_", status.number) + status.name
        func time(_ microseconds: Int64) -> String {
            Date(timeIntervalSince1970: TimeInterval(microseconds / 1_000_000)).ISO8601Format()
        }
        switch status.state {
        case .pending: return Entry(migration: name, state: "pending", appliedAt: nil)
        case .applied(let at): return Entry(migration: name, state: "applied", appliedAt: time(at))
        case .changed(let at): return Entry(migration: name, state: "changed since", appliedAt: time(at))
        case .unknown(let at): return Entry(migration: name, state: "unknown to this program", appliedAt: time(at))
        }
    }
}
