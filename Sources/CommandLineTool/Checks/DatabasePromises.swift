import Events
import Postgres

/// What PostgreSQL must promise: committed rows and checkpoints stay together, and sessions are let work. Pure.
struct DatabasePromises {
    /// By name, as `pg_settings` has them for this session.
    let settings: [String: String]
    let facts: Facts
    let topology: Topology

    struct Facts: Equatable {
        var versionNumber: Int
        var isStandby: Bool
        var mayCreate: Bool
    }

    private static let oldestVersion = 14

    static func read(_ connection: PostgresConnection, _ topology: Topology) throws -> DatabasePromises {
        let rows = try connection.query("SELECT name, setting FROM pg_settings")
        var settings: [String: String] = [:]
        for row in 0..<rows.rowCount { settings[try rows.text(row, 0)] = try rows.text(row, 1) }
        let facts = try connection.query(
            """
            SELECT current_setting('server_version_num')::int, pg_is_in_recovery(),
                has_database_privilege(current_database(), 'CREATE')
            """)
        return DatabasePromises(
            settings: settings,
            facts: Facts(
                versionNumber: Int(try facts.int32(0, 0)), isStandby: try facts.bool(0, 1),
                mayCreate: try facts.bool(0, 2)),
            topology: topology)
    }

    func checks() -> [PromiseCheck] {
        [version(), role()]
            + [
                mustBeOn("fsync", "a crash of the machine may leave rows and checkpoints of different times"),
                mustBeOn("full_page_writes", "a crash of the machine may leave half-written pages"),
            ] + [commits(), connections(), timeouts(), encoding()]
    }

    private func version() -> PromiseCheck {
        let version = facts.versionNumber / 10_000
        let text = "PostgreSQL \(settings["server_version"] ?? "\(version)")"
        guard version < Self.oldestVersion else { return PromiseCheck("database version", .ok, text) }
        return PromiseCheck(
            "database version", .error, "\(text) is older than \(Self.oldestVersion)",
            remedy: "Use PostgreSQL \(Self.oldestVersion) or newer.")
    }

    private func role() -> PromiseCheck {
        if facts.isStandby || settings["default_transaction_read_only"] == "on" {
            return PromiseCheck(
                "database role", .error, "the server takes no writes: it is a standby, or read-only by default",
                remedy: "Point DATABASE_URL at the primary (target_session_attrs=read-write with several hosts).")
        }
        guard facts.mayCreate else {
            return PromiseCheck(
                "database role", .error, "the role may not create schemas, which every build needs",
                remedy: "GRANT CREATE ON DATABASE … TO the role.")
        }
        return PromiseCheck("database role", .ok, "writes and creates schemas")
    }

    private func mustBeOn(_ name: String, _ risk: String) -> PromiseCheck {
        guard settings[name] != "on" else { return PromiseCheck(name, .ok, "on") }
        return PromiseCheck(
            name, .error, "\(settings[name] ?? "unknown"): \(risk)", remedy: "Set \(name) = on in postgresql.conf.")
    }

    private func commits() -> PromiseCheck {
        let value = settings["synchronous_commit"] ?? "on"
        guard value == "off" else { return PromiseCheck("synchronous_commit", .ok, value) }
        return PromiseCheck(
            "synchronous_commit", .warning,
            "off: a crash takes back the last commits. Rows and checkpoints go back together, so views end right, but "
                + "readers see figures go back",
            remedy: "Set synchronous_commit = on: it costs little at one commit a batch.")
    }

    private func connections() -> PromiseCheck {
        let most = Int(settings["max_connections"] ?? "") ?? 0
        let reserved = Int(settings["superuser_reserved_connections"] ?? "") ?? 0
        let free = most - reserved
        let lanes = topology.views.reduce(0) { $0 + $1.partitions }
        let live = lanes + topology.views.count * Self.perProcessor + Self.perReader
        let replay = (topology.views.map(\.partitions).max() ?? 0) + Self.perReplay
        if free < live {
            return PromiseCheck(
                "max_connections", .error, "\(free) for all; the workers of all lanes and one read API take \(live)",
                remedy: "Raise max_connections to \(live + replay + reserved) or more.")
        }
        if free < live + replay {
            return PromiseCheck(
                "max_connections", .warning, "\(free) for all; with a replay \(live + replay) are taken",
                remedy: "Raise max_connections to \(live + replay + reserved) or more.")
        }
        return PromiseCheck("max_connections", .ok, "\(most); \(live + replay) are taken at most")
    }

    /// The main thread's, the watch's, and one while the first build is prepared.
    private static let perProcessor = 3
    private static let perReader = 5
    /// A replay's own, and its indexes'.
    private static let perReplay = 6

    private func timeouts() -> PromiseCheck {
        let names = ["statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout"]
        let set = names.filter { !["0", nil].contains(settings[$0]) }
        guard !set.isEmpty else { return PromiseCheck("time-outs", .ok, "none of the server's") }
        let text = set.map { "\($0)=\(settings[$0] ?? "") ms" }.joined(separator: ", ")
        return PromiseCheck(
            "time-outs", .warning,
            "\(text): a replay's index builds and a verify's snapshot last longer than batches do",
            remedy: "ALTER ROLE … SET \(set[0]) = 0 for Tapefold's role; its lanes bound themselves.")
    }

    private func encoding() -> PromiseCheck {
        let encoding = settings["server_encoding"] ?? ""
        guard encoding != "UTF8" else { return PromiseCheck("encoding", .ok, encoding) }
        return PromiseCheck(
            "encoding", .error, "\(encoding): events are UTF-8", remedy: "Create the database with ENCODING 'UTF8'.")
    }
}
