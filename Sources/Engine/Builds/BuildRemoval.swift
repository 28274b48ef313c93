import Postgres

/// Removes builds and copies for an operator.
public enum BuildRemoval {
    /// The build that `name` means: a build's name, or a copy's.
    /// - Throws: `.build` when there is none, or it is live.
    public static func find(
        _ name: String, of view: String, on connection: PostgresConnection
    ) throws(EngineError) -> Build {
        let builds = try inDatabase { () throws(PostgresError) in try BuildCatalog(connection).builds(of: view) }
        guard let build = builds.first(where: { $0.name == name || $0.copy?.name == name }) else {
            throw EngineError(.build, "view \(view) has no build or copy \(name); see `tapefold views list \(view)`")
        }
        guard build.status != .live else {
            throw EngineError(
                .build,
                "build \(name) of view \(view) is live and is not dropped: readers and workers use it. To be rid of it, make "
                    + "another one live first (`tapefold replay \(view)`, `tapefold views rollback \(view)`)")
        }
        return build
    }

    /// Removes it with its tables, unless a command works on it.
    public static func run(_ build: Build, on connection: PostgresConnection) throws(EngineError) {
        let lock: BuildLock =
            if let copy = build.copy {
                .copy(name: copy.name)
            } else if build.status == .scratch {
                .verify(view: build.view)
            } else {
                .replay(view: build.view)
            }
        try lock.take(on: connection)
        try inDatabase { () throws(PostgresError) in try BuildCatalog(connection).drop(build) }
    }
}
