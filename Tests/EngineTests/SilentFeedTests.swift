import Domain
import Events
import Postgres
import Projections
import Supervision
import Telemetry
import Testing

@testable import Engine

/// Complaint 14: a feed that is connected and silent (openalgo 1396). It shows in the worker's metrics, in `tapefold
/// status` and as a line of the log, by exchange and session.
@Suite("Complaint 14: a feed that is connected and silent")
struct SilentFeedTests {
    /// A moment of Thursday, 15 January 2026, in Kolkata; NSE is open from 09:15 to 15:30.
    private static func at(_ hour: Int, _ minute: Int, day: Int32 = 20_468) -> Timestamp {
        Timestamp(CivilDate(dayNumber: day), minutes: hour * 60 + minute, offsetMinutes: 330)
    }

    @Test func silenceCountsWithinTheSessionOnly() throws {
        let nse = try ExchangeCalendar.standard().schedule("NSE")
        func seconds(_ last: Timestamp?, _ now: Timestamp) -> Int64? {
            FeedSilence.microseconds(since: last, now: now, schedule: nse).map { $0 / 1_000_000 }
        }
        #expect(seconds(Self.at(9, 59), Self.at(10, 0)) == 60)
        // Yesterday's last tick: silent since the open, not since yesterday.
        #expect(seconds(Self.at(15, 29, day: 20_467), Self.at(9, 20)) == 300)
        #expect(seconds(nil, Self.at(9, 17)) == 120)
        // A tick of the pre-open is not before the open.
        #expect(seconds(Self.at(9, 5), Self.at(9, 15)) == 0)
        // A feed's clock ahead of ours.
        #expect(seconds(Self.at(10, 1), Self.at(10, 0)) == 0)
        for now in [Self.at(9, 14), Self.at(15, 30), Self.at(22, 0), Self.at(11, 0, day: 20_470)] {
            #expect(seconds(Self.at(9, 0), now) == nil)
        }
    }

    private struct Rig {
        let connection: PostgresConnection
        let view: ViewConfiguration
        let build: Build

        init() throws {
            connection = try PostgresConnection.connect(
                try PostgresConfiguration(url: try TemporaryPostgres.shared().freshDatabase()))
            try Migrations.run(on: connection)
            view = try ViewRegistry.standard.configuration(of: "market", in: Topology.standard())
            let start = (0..<view.lanes).map { LaneOffsets(lane: $0, next: ["market.updates": 0]) }
            build = try BuildCatalog(connection).ensureLiveBuild(of: view.definition, lanes: view.lanes, start: start)
        }

        func quote(_ exchange: String, _ symbol: String, _ time: Timestamp) throws {
            try connection.query(
                """
                INSERT INTO \(build.schema).quotes (exchange, symbol, last_price_e8, updated_at, log_offset)
                VALUES ($1, $2, 1, $3::timestamptz, 0)
                ON CONFLICT (exchange, symbol) DO UPDATE SET updated_at = EXCLUDED.updated_at
                """, [.text(exchange), .text(symbol), .text(time.description)])
        }

        func figures(_ now: Timestamp) throws -> [FeedFigure] {
            try FeedFigure.read(
                view.definition, schema: build.schema, calendar: .standard(), now: now, on: connection)
        }
    }

    @Test func eachExchangeIsTakenByItself() throws {
        let rig = try Rig()
        try rig.quote("NSE", "TCS", Self.at(11, 59))
        try rig.quote("NSE", "INFY", Self.at(11, 40))
        try rig.quote("NSE", "ITC", Self.at(9, 16))
        try rig.quote("MCX", "GOLDM", Self.at(11, 30))
        // Delisted long ago, and an exchange whose feed was given up: neither is watched.
        try rig.quote("NSE", "OLD", Self.at(11, 0, day: 20_400))
        try rig.quote("BSE", "TCS", Self.at(11, 0, day: 20_400))
        let noon = try rig.figures(Self.at(12, 0))
        #expect(noon.map(\.exchange) == ["MCX", "NSE"])
        #expect(noon[0].silentSeconds == 1_800 && noon[0].isSilent)
        #expect(noon[1].silentSeconds == 60 && noon[1].isSilent)
        #expect(noon[1].symbols == 3 && noon[1].silentSymbols == 2 && noon[1].quietest == ["ITC", "INFY"])
        // In the evening NSE is quiet by right.
        let evening = try rig.figures(Self.at(20, 0))
        #expect(evening[1].silentSeconds == nil && !evening[1].isSilent && evening[1].silentSymbols == 0)
        try rig.quote("NSE", "TCS", Self.at(12, 0))
        #expect(try rig.figures(Self.at(12, 0))[1].isSilent == false)
    }

    @Test func theLogTellsOnceThatAFeedFellSilentAndOnceThatItIsBack() {
        func figure(_ seconds: Int?) -> FeedFigure {
            FeedFigure(
                exchange: "NSE", lastTickAt: Self.at(10, 0), silentSeconds: seconds, symbols: 1, silentSymbols: 0,
                quietest: [])
        }
        var alarm = FeedAlarm()
        #expect(alarm.note([figure(5)]).isEmpty)
        #expect(alarm.note([figure(61)]) == [.silent(figure(61))])
        #expect(alarm.note([figure(66)]).isEmpty)
        #expect(alarm.note([figure(1)]) == [.back(figure(1))])
        #expect(alarm.note([figure(90)]) == [.silent(figure(90))])
        // The close ends it without a word, and the next day begins anew.
        #expect(alarm.note([figure(nil)]).isEmpty)
        #expect(alarm.note([figure(70)]) == [.silent(figure(70))])
    }

    @Test func theMetricsShowIt() throws {
        let view = try ViewRegistry.standard.configuration(of: "market", in: Topology.standard())
        let state = WorkerState()
        state.update {
            $0.watched.feeds = [
                FeedFigure(
                    exchange: "NSE", lastTickAt: Self.at(10, 0), silentSeconds: 75, symbols: 50, silentSymbols: 4,
                    quietest: ["TCS"]),
                FeedFigure(
                    exchange: "MCX", lastTickAt: Self.at(10, 0), silentSeconds: nil, symbols: 6, silentSymbols: 0,
                    quietest: []),
            ]
        }
        var text = MetricsText()
        WorkerMetrics(view: view, counters: LaneCounters(), state: state, end: { _ in nil }).add(to: &text)
        let shown = text.text
        #expect(shown.contains(#"tapefold_feed_silence_seconds{view="market",exchange="NSE"} 75"#))
        #expect(!shown.contains(#"tapefold_feed_silence_seconds{view="market",exchange="MCX""#))
        #expect(shown.contains(#"tapefold_feed_silent_symbols{view="market",exchange="NSE"} 4"#))
        #expect(shown.contains(#"tapefold_feed_symbols{view="market",exchange="MCX"} 6"#))
    }
}
