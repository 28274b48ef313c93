import Domain
import Postgres
import Projections

/// How an exchange's feed does, by the last ticks of its symbols.
public struct FeedFigure: Sendable, Equatable {
    public let exchange: String
    public let lastTickAt: Timestamp
    /// Seconds since the exchange's last tick, or since the open; nil outside of its session.
    public let silentSeconds: Int?
    /// Symbols with a tick in the last days.
    public let symbols: Int
    /// Of these, how many had none for a while within this session, and some of their names, the quietest first; a thinly
    /// traded symbol may well be among them.
    public let silentSymbols: Int
    public let quietest: [String]

    /// Nothing came from the exchange for longer than a feed in order is ever silent.
    public var isSilent: Bool { (silentSeconds ?? 0) >= EngineLimits.silentFeedSeconds }

    /// Exchanges without a tick for some days are not watched: their feed was switched off, or never was.
    public static func read(
        _ view: ViewSchema, schema: String, calendar: ExchangeCalendar, now: Timestamp,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [FeedFigure] {
        guard let feed = view.feed else { return [] }
        let since = now.adding(microseconds: -Int64(EngineLimits.watchedFeedDays) * Timestamp.microsecondsPerDay)
        let found = try connection.query(
            """
            SELECT \(feed.exchange), max(\(feed.time)), count(*) FROM \(schema).\(feed.table)
            WHERE \(feed.time) > $1::timestamptz GROUP BY 1 ORDER BY 1
            """, [.text(since.description)])
        var figures: [FeedFigure] = []
        for row in 0..<found.rowCount {
            let exchange = try found.text(row, 0)
            let last = Timestamp(microseconds: try found.timestamptz(row, 1))
            let silence = FeedSilence.microseconds(
                since: last, now: now, schedule: calendar.schedule(exchange))
            var quiet: (count: Int, names: [String]) = (0, [])
            if let session = calendar.session(exchange, at: now), silence != nil {
                quiet = try Self.quiet(feed, exchange, schema, since, now, session, on: connection)
            }
            figures.append(
                FeedFigure(
                    exchange: exchange, lastTickAt: last,
                    silentSeconds: silence.map { Int($0 / Timestamp.microsecondsPerSecond) },
                    symbols: Int(try found.int64(row, 2)), silentSymbols: quiet.count, quietest: quiet.names))
        }
        return figures
    }

    private static func quiet(
        _ feed: ViewSchema.Feed, _ exchange: String, _ schema: String, _ since: Timestamp, _ now: Timestamp,
        _ session: SessionDay, on connection: PostgresConnection
    ) throws(PostgresError) -> (count: Int, names: [String]) {
        let patience = Int64(EngineLimits.silentSymbolSeconds) * Timestamp.microsecondsPerSecond
        let limit = now.adding(microseconds: -patience)
        // Nobody is late yet in the session's first minutes.
        guard session.open <= limit else { return (0, []) }
        let found = try connection.query(
            """
            SELECT \(feed.symbol), count(*) OVER () FROM \(schema).\(feed.table)
            WHERE \(feed.exchange) = $1 AND \(feed.time) > $2::timestamptz AND \(feed.time) <= $3::timestamptz
            ORDER BY \(feed.time), 1 LIMIT \(EngineLimits.quietSymbolsNamed)
            """, [.text(exchange), .text(since.description), .text(limit.description)])
        guard found.rowCount > 0 else { return (0, []) }
        var names: [String] = []
        for row in 0..<found.rowCount { names.append(try found.text(row, 0)) }
        return (Int(try found.int64(0, 1)), names)
    }
}
