import Engine
import Events
import Kafka
import Postgres
import Projections
import Telemetry

/// Reads the views' status again and again; rates come from the readings it has seen.
struct StatusReader {
    private let connections: Connections
    private let names: [String]
    private let times: EventTimes
    private let admin: KafkaAdmin
    private let started = ContinuousClock.now
    private var connection: PostgresConnection?
    private var folded: [String: RateWindow] = [:]
    private var rebuilt: [String: RateWindow] = [:]

    init(_ names: [String], _ connections: Connections) throws {
        self.names = names
        self.connections = connections
        connection = try connections.migratedDatabase()
        admin = try connections.admin()
        times = EventTimes(try connections.topology(), try connections.kafka())
    }

    mutating func read() throws -> [StatusView] {
        do {
            let session = try connection ?? connections.migratedDatabase()
            connection = session
            return try read(session)
        } catch {
            connection = nil
            throw error
        }
    }

    private mutating func read(_ connection: PostgresConnection) throws -> [StatusView] {
        var views: [StatusView] = []
        for name in names {
            guard let status = try ViewStatus.read(name, on: connection, admin: admin) else { continue }
            let now = milliseconds
            folded[name, default: RateWindow()].note(status.partitions.reduce(0) { $0 + $1.offset }, at: now)
            if let rebuild = status.rebuild {
                rebuilt[name, default: RateWindow()].note(rebuild.records, at: now)
            } else {
                rebuilt[name] = nil
            }
            views.append(
                StatusView(
                    status, isReactor: connections.views.isReactor(name), feeds: try feeds(name, connection),
                    behind: try times.behind(status.partitions), rate: folded[name]?.perSecond,
                    replayRate: rebuilt[name]?.perSecond))
        }
        return views
    }

    /// How the feeds of a view of market data do, by the wall clock and the exchanges' calendar.
    private func feeds(_ name: String, _ connection: PostgresConnection) throws -> [FeedFigure] {
        let view = try connections.views.fold(named: name).schema
        guard view.feed != nil, let live = try BuildCatalog(connection).liveBuild(of: name) else { return [] }
        return try FeedFigure.read(
            view, schema: live.schema, calendar: try MarketSettings.ofProcess.get().calendar, now: LogLine.now(),
            on: connection)
    }

    private var milliseconds: Int {
        let elapsed = (ContinuousClock.now - started).components
        return Int(elapsed.seconds) * 1_000 + Int(elapsed.attoseconds / 1_000_000_000_000_000)
    }
}
