import Postgres
import Projections

/// Puts a build's relations into schema `api`, where people read the live one.
package enum BuildPublication {
    /// - Parameter live: the build that the relations show so far; what only that one has goes away.
    package static func publish(
        _ build: Build, over live: Build?, _ view: ViewSchema, on connection: PostgresConnection
    ) throws(PostgresError) {
        if let live {
            for name in try PublishedRelation.names(of: live, on: connection)
            where !view.presentation.contains(where: { $0.name == name }) {
                try connection.execute("DROP VIEW IF EXISTS api.\(name)")
            }
        }
        for relation in view.presentation {
            let source = "\(build.schema).api_\(relation.name)"
            var selection = "*"
            if let shown = try PublishedRelation.read(relation.name, in: "api", on: connection),
                let own = try PublishedRelation.read("api_\(relation.name)", in: build.schema, on: connection)
            {
                selection = shown.selection(from: own)
            }
            try connection.execute("CREATE OR REPLACE VIEW api.\(relation.name) AS SELECT \(selection) FROM \(source)")
        }
    }

    /// Refuses a build that could not take the live one's place without taking something from its readers.
    package static func check(
        _ build: Build, over live: Build, _ view: ViewSchema, on connection: PostgresConnection
    ) throws(EngineError) {
        let faults = try inDatabase { () throws(PostgresError) -> [String] in
            try self.faults(build, live, view, connection)
        }
        guard !faults.isEmpty else { return }
        throw EngineError(
            .build,
            "build \(build.name) of view \(view.name) can't take the place of \(live.name), whose readers would miss "
                + "\(faults.joined(separator: ", ")): columns of schema api are only ever appended; keep them as they are "
                + "and add columns or relations under other names")
    }

    private static func faults(
        _ build: Build, _ live: Build, _ view: ViewSchema, _ connection: PostgresConnection
    ) throws(PostgresError) -> [String] {
        let isRollback = build.fold < live.fold
        var faults: [String] = []
        for name in try PublishedRelation.names(of: live, on: connection) {
            guard let shown = try PublishedRelation.read(name, in: "api", on: connection) else { continue }
            guard let own = try PublishedRelation.read("api_\(name)", in: build.schema, on: connection) else {
                if !isRollback { faults.append("api.\(name)") }
                continue
            }
            // What a later fold added is shown as null after a rollback; another type can't be shown at all.
            let lost = isRollback ? shown.retyped(in: own) : shown.lost(in: own)
            faults += lost.map { "api.\(name).\($0.name) (\($0.type))" }
        }
        return faults
    }
}
