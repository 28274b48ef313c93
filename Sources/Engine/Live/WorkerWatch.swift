import Foundation
import Postgres
import Projections
import Synchronization
import Telemetry

/// Reads the control schema while a worker's lanes fold: which of them are to stand still, and figures for its metrics.
/// On a thread and a connection of its own, so that a database that hangs does not keep the worker from its group.
final class WorkerWatch: Sendable {
    private let view: ViewConfiguration
    private let configuration: PostgresConfiguration
    private let state: WorkerState
    private let stop: StopSignal
    private let held = Mutex<Set<Int>?>(nil)
    private let alarm = Mutex(FeedAlarm())

    init(_ view: ViewConfiguration, _ configuration: PostgresConfiguration, _ state: WorkerState, stop: StopSignal) {
        self.view = view
        self.configuration = configuration
        self.state = state
        self.stop = stop
    }

    /// Lanes that are to stand still; nil until they were read once.
    var paused: Set<Int>? { held.withLock { $0 } }

    /// Looks until the stop signal.
    func start() {
        let thread = Thread { [self] in run() }
        thread.name = "watch"
        thread.stackSize = 1 << 20
        thread.start()
    }

    private func run() {
        var connection: PostgresConnection?
        var looks = 0
        let looksPerCount = EngineLimits.watchedFiguresMilliseconds / EngineLimits.pauseLookMilliseconds
        while !stop.isSet {
            do throws(PostgresError) {
                let session = try opened(connection)
                connection = session
                try look(session, counts: looks % looksPerCount == 0)
                looks += 1
            } catch {
                connection = nil
                Log.debug("watch_retry", ["view": view.name, "reason": error.description])
            }
            stop.pause(milliseconds: EngineLimits.pauseLookMilliseconds)
        }
    }

    private func opened(_ connection: PostgresConnection?) throws(PostgresError) -> PostgresConnection {
        if let connection, connection.isAlive { return connection }
        return try PostgresConnection.connect(configuration) { [stop] in stop.isSet }
    }

    private func look(_ connection: PostgresConnection, counts: Bool) throws(PostgresError) {
        let pauses = try LanePause.all(of: view.name, on: connection)
        held.withLock { $0 = pauses.lanes(of: view.name, count: view.lanes) }
        guard counts else { return }
        var figures = try WatchedFigures.read(view.name, on: connection)
        figures.feeds = try feeds(connection)
        tell(alarm.withLock { $0.note(figures.feeds) })
        state.update { $0.watched = figures }
    }

    private func feeds(_ connection: PostgresConnection) throws(PostgresError) -> [FeedFigure] {
        guard view.definition.feed != nil, case .success(let settings) = MarketSettings.ofProcess,
            let live = try BuildCatalog(connection).liveBuild(of: view.name)
        else { return [] }
        return try FeedFigure.read(
            view.definition, schema: live.schema, calendar: settings.calendar, now: LogLine.now(), on: connection)
    }

    private func tell(_ lines: [FeedAlarm.Line]) {
        for line in lines {
            switch line {
            case .silent(let feed):
                Log.warning(
                    "feed_silent",
                    [
                        "view": view.name, "exchange": feed.exchange, "seconds": "\(feed.silentSeconds ?? 0)",
                        "lastTick": feed.lastTickAt.description,
                    ])
            case .back(let feed):
                Log.info(
                    "feed_back",
                    ["view": view.name, "exchange": feed.exchange, "lastTick": feed.lastTickAt.description])
            }
        }
    }
}
