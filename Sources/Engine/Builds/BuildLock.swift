import Postgres

/// What keeps two commands from working on the same builds: a lock that the session holds until it ends.
enum BuildLock {
    case replay(view: String)
    case verify(view: String)
    case copy(name: String)

    private var key: String {
        switch self {
        case .replay(let view): "tapefold.replay.\(view)"
        case .verify(let view): "tapefold.verify.\(view)"
        case .copy(let name): "tapefold.copy.\(name)"
        }
    }

    private var refusal: String {
        switch self {
        case .replay(let view): "another replay of view \(view) is running; wait for it or stop it"
        case .verify(let view): "another verify of view \(view) is running; wait for it or stop it"
        case .copy(let name): "copy \(name) is being made; wait for it or stop it"
        }
    }

    /// - Throws: `.build` when another session has it.
    func take(on connection: PostgresConnection) throws(EngineError) {
        let isTaken = try inDatabase { () throws(PostgresError) in
            try connection.query("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", [.text(key)]).bool(0, 0)
        }
        guard isTaken else { throw EngineError(.build, refusal) }
    }
}
