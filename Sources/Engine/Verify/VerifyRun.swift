import Foundation
import Kafka
import Postgres
import Projections

/// What a verify found.
public struct VerifySummary: Sendable {
    public let view: String
    /// The live build that was compared.
    public let build: String
    public let records: Int
    /// Rows that are the same, by table.
    public let rows: [String: Int]
    public let differenceCount: Int
    /// The first differences.
    public let differences: [RowDifference]
    /// Parked events of the live build: what they hold back is in neither build.
    public let parkedEvents: Int
    public let parkedKeys: Int
    public let seconds: Double
    /// Rows of earlier days were not compared, in days since 1970: the log no longer holds them whole.
    public let comparedFromDay: Int32?

    public var isVerified: Bool { differenceCount == 0 }
}

/// Folds the log anew up to the live build's checkpoints and compares every row.
public enum VerifyRun {
    public static func run(
        view name: String, of views: ViewRegistry = .standard, configuration: WorkerConfiguration,
        topology view: ViewConfiguration, stop: StopSignal,
        observer: @escaping ReplayObserver
    ) throws(EngineError) -> VerifySummary {
        try view.requireRebuildable()
        return try start(views.fold(named: name), view, configuration, stop, observer)
    }

    private static func start<Fold: ViewFold>(
        _: Fold.Type, _ view: ViewConfiguration, _ configuration: WorkerConfiguration, _ stop: StopSignal,
        _ observer: @escaping ReplayObserver
    ) throws(EngineError) -> VerifySummary {
        try Verify<Fold>(view, configuration, stop, observer).run()
    }
}

/// One verify of one view. The snapshot's transaction stays open while the log is folded beside it.
final class Verify<Fold: ViewFold> {
    private let view: ViewConfiguration
    private let configuration: WorkerConfiguration
    private let stop: StopSignal
    private let observer: ReplayObserver
    private let snapshot: PostgresConnection
    private let connection: PostgresConnection
    /// Where the log holds no complete history: which rows it can tell of.
    private var edge: HistoryEdge?
    private var firstDay: Int32?
    private var retained: RetainedHistory?

    init(
        _ view: ViewConfiguration, _ configuration: WorkerConfiguration, _ stop: StopSignal,
        _ observer: @escaping ReplayObserver
    ) throws(EngineError) {
        self.view = view
        self.configuration = configuration
        self.stop = stop
        self.observer = observer
        snapshot = try inDatabase { () throws(PostgresError) in try PostgresConnection.connect(configuration.database) }
        connection = try inDatabase { () throws(PostgresError) in try PostgresConnection.connect(configuration.database)
        }
    }

    func run() throws(EngineError) -> VerifySummary {
        let begun = ContinuousClock.now
        try dropLeftovers()
        let start = try logStart()
        edge = try HistoryEdge(view, start: start, on: snapshot)
        let live = try openSnapshot()
        let targets = try inDatabase { () throws(PostgresError) in try BuildCatalog(snapshot).checkpoints(of: live) }
            .map { lane in view.topics.map { lane.next[$0] ?? 0 } }
        retained = try inDatabase { () throws(PostgresError) in
            try RetainedHistory.read(view.name, on: snapshot)
        }
        let parked = try parkedEvents(of: live)
        let scratch = try makeScratch(start)
        let filler = try BuildFiller<Fold>(
            try leavingOutHistory(live, scratch, start), configuration, build: scratch, stop: stop, observer: observer)
        defer {
            filler.close()
            _ = try? BuildCatalog(connection).drop(scratch)
        }
        filler.heldBack = try heldBack(by: live)
        try filler.open()
        try filler.fill(to: targets)
        try filler.retryParked()
        filler.report(.comparing, force: true)
        let comparisons = try compare(live, scratch)
        return VerifySummary(
            view: view.name, build: live.name, records: filler.progress.current,
            rows: Dictionary(uniqueKeysWithValues: comparisons.map { ($0.table.name, $0.rows) }),
            differenceCount: comparisons.reduce(0) { $0 + $1.differenceCount },
            differences: Array(comparisons.flatMap(\.differences).prefix(EngineLimits.differencesShown)),
            parkedEvents: parked.events, parkedKeys: parked.keys, seconds: (ContinuousClock.now - begun).inSeconds,
            comparedFromDay: firstDay)
    }

    /// Days that the log no longer holds whole are neither folded nor compared; the rest begins as the live build knew it.
    private func leavingOutHistory(
        _ live: Build, _ scratch: Build, _ start: [LaneOffsets]
    ) throws(EngineError) -> ViewConfiguration {
        guard let edge, let own = try HistoryEdge(view, start: start, on: connection) else { return view }
        firstDay = try inDatabase { () throws(PostgresError) in try edge.firstWholeDay(live) }
        guard let firstDay else { return view }
        try inDatabase { () throws(PostgresError) in
            let id = try snapshot.exportSnapshot()
            try connection.begin(.repeatableRead)
            try connection.execute("SET TRANSACTION SNAPSHOT '\(id)'")
            try own.fillKeys(live)
            try own.seed(from: live, to: scratch, before: firstDay)
            try connection.commit()
        }
        let topics = Dictionary(uniqueKeysWithValues: view.topics.map { ($0, Int64.max) })
        var view = view
        view.cut = LogCut(
            carried: CarriedHistory(
                firstDay: firstDay, next: Dictionary(uniqueKeysWithValues: (0..<view.lanes).map { ($0, topics) })))
        return view
    }

    /// What a verify left that did not come to its end.
    private func dropLeftovers() throws(EngineError) {
        try BuildLock.verify(view: view.name).take(on: connection)
        try inDatabase { () throws(PostgresError) in
            let catalog = BuildCatalog(connection)
            for build in try catalog.builds(of: view.name) where build.status == .scratch { try catalog.drop(build) }
        }
    }

    private func openSnapshot() throws(EngineError) -> Build {
        let live = try inDatabase { () throws(PostgresError) in
            try snapshot.begin(.repeatableRead, readOnly: true)
            return try BuildCatalog(snapshot).liveBuild(of: view.name)
        }
        guard let live else {
            throw EngineError(.build, "view \(view.name) has no live build to verify; start its processor first")
        }
        guard live.lanes == view.lanes else {
            throw EngineError(
                .topology,
                "build \(live.name) of view \(view.name) was made from \(live.lanes) partitions, the topology has "
                    + "\(view.lanes): `tapefold replay \(view.name)` first")
        }
        // Partitions that maintenance drops would be gone from the snapshot's tables, whatever it sees of rows.
        try inDatabase { () throws(PostgresError) in
            for table in view.definition.tables where table.retention?.isPartitioned == true {
                try snapshot.execute("LOCK TABLE \(live.schema).\(table.name) IN ACCESS SHARE MODE")
            }
        }
        guard live.fold == view.definition.foldNumber else {
            throw EngineError(
                .build,
                "build \(live.name) was made by fold \(live.fold), this program has \(view.definition.foldNumber)")
        }
        return live
    }

    private func parkedEvents(of build: Build) throws(EngineError) -> (events: Int, keys: Int) {
        try inDatabase { () throws(PostgresError) in
            let rows = try snapshot.query(
                """
                SELECT count(*), count(DISTINCT parking_key) + count(*) FILTER (WHERE parking_key IS NULL)
                FROM tapefold.parked_event WHERE view = $1 AND build = $2
                """,
                [.text(view.name), .text(build.name)])
            return (Int(try rows.int64(0, 0)), Int(try rows.int64(0, 1)))
        }
    }

    /// By lane, what the live build has parked: the other build is to hold back the same, or it would differ by it.
    private func heldBack(by build: Build) throws(EngineError) -> [Int: Set<ParkingChanges.Place>] {
        try inDatabase { () throws(PostgresError) in
            let rows = try snapshot.query(
                "SELECT lane, topic, log_offset FROM tapefold.parked_event WHERE view = $1 AND build = $2",
                [.text(view.name), .text(build.name)])
            var places: [Int: Set<ParkingChanges.Place>] = [:]
            for row in 0..<rows.rowCount {
                places[Int(try rows.int32(row, 0)), default: []].insert(
                    .init(topic: try rows.text(row, 1), offset: try rows.int64(row, 2)))
            }
            return places
        }
    }

    private func logStart() throws(EngineError) -> [LaneOffsets] {
        let consumer = try inKafka { () throws(KafkaError) in
            try KafkaConsumer(configuration: configuration.kafka, groupId: nil)
        }
        defer { consumer.close() }
        return try BuildPreparation.logStart(view, consumer)
    }

    private func makeScratch(_ start: [LaneOffsets]) throws(EngineError) -> Build {
        try inDatabase { () throws(PostgresError) in
            try BuildCatalog(connection).makeBuild(
                of: view.definition, lanes: view.lanes, status: .scratch, start: start)
        }
    }

    private func compare(_ live: Build, _ scratch: Build) throws(EngineError) -> [TableComparison] {
        var done: [TableComparison] = []
        for table in view.definition.tables {
            var comparison = TableComparison(table)
            let live = selection(of: table, live)
            let scratch = selection(of: table, scratch)
            try inDatabase { () throws(PostgresError) in
                try comparison.run(live: (snapshot, live), rebuilt: (connection, scratch), stop: stop)
            }
            if stop.isSet { throw EngineError(.interrupted, "interrupted; nothing was changed") }
            done.append(comparison)
        }
        return done
    }

    private func selection(of table: TableDefinition, _ build: Build) -> String {
        let kept = retained?.condition(table)
        return firstDay.flatMap { edge?.selection(of: table, schema: build.schema, from: $0, where: kept) }
            ?? TableComparison.selection(of: table, schema: build.schema, where: kept)
    }
}
