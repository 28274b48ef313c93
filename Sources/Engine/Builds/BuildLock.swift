import Foundation
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

    /// - Parameter deadline: until when a session that has it is waited for, which may be our own that broke.
    /// - Throws: `.build` when another session has it, `.interrupted` after a stop.
    func take(
        on connection: PostgresConnection, until deadline: ContinuousClock.Instant = .now, stop: StopSignal? = nil
    ) throws(EngineError) {
        while true {
            let isTaken = try inDatabase { () throws(PostgresError) in
                try connection.query("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", [.text(key)]).bool(0, 0)
            }
            if isTaken { return }
            if stop?.isSet == true { throw EngineError(.interrupted, "interrupted; nothing was changed") }
            guard ContinuousClock.now < deadline else { throw EngineError(.build, refusal) }
            usleep(useconds_t(EngineLimits.retryMilliseconds * 1_000))
        }
    }
}
