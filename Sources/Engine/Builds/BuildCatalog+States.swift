import Postgres

extension BuildCatalog {
    /// Notes that a rebuild has its keys and indexes.
    func markIndexed(_ build: Build) throws(PostgresError) {
        try connection.query(
            "UPDATE tapefold.build SET indexed = true WHERE view = $1 AND build = $2",
            [.text(build.view), .text(build.name)])
    }

    /// Notes that a build is filled and waits to be made live.
    func markReady(_ build: Build) throws(PostgresError) {
        try connection.query(
            "UPDATE tapefold.build SET status = 'ready' WHERE view = $1 AND build = $2 AND status = 'building'",
            [.text(build.view), .text(build.name)])
    }

    /// The builds that were live, the one that was live last before the others.
    func retiredBuilds(of view: String) throws(PostgresError) -> [Build] {
        let retired = try builds(of: view).filter { $0.status == .retired }
        let rows = try connection.query(
            """
            SELECT build FROM tapefold.build WHERE view = $1 AND status = 'retired'
            ORDER BY retired_at DESC NULLS LAST, number DESC
            """, [.text(view)])
        var ordered: [Build] = []
        for row in 0..<rows.rowCount {
            let name = try rows.text(row, 0)
            ordered += retired.filter { $0.name == name }
        }
        return ordered
    }

    /// Shows a copy's relations under its name and notes that it is whole, in one transaction.
    func publish(_ build: Build, _ copy: BuildCopy, relations: [String]) throws(PostgresError) {
        try connection.transaction { () throws(PostgresError) in
            try connection.execute("CREATE SCHEMA \(copy.schema)")
            for name in relations {
                try connection.execute(
                    "CREATE VIEW \(copy.schema).\(name) AS SELECT * FROM \(build.schema).api_\(name)")
            }
            try connection.query(
                "UPDATE tapefold.build SET status = 'copy' WHERE view = $1 AND build = $2 AND status = 'copying'",
                [.text(build.view), .text(build.name)])
        }
    }

    /// Removes a build that is not live, with its tables.
    public func drop(_ build: Build) throws(PostgresError) {
        try connection.transaction { () throws(PostgresError) in
            let gone = try connection.query(
                "DELETE FROM tapefold.build WHERE view = $1 AND build = $2 AND status <> 'live'",
                [.text(build.view), .text(build.name)])
            guard gone.commandTuples == 1 else {
                throw .usage("build \(build.name) of view \(build.view) is live, or not there: it stays")
            }
            if let copy = build.copy { try connection.execute("DROP SCHEMA IF EXISTS \(copy.schema) CASCADE") }
            try connection.execute("DROP SCHEMA IF EXISTS \(build.schema) CASCADE")
        }
    }
}
