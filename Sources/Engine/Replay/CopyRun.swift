import Domain
import Kafka
import Postgres
import Projections

/// What a copy holds.
public struct CopySummary: Sendable {
    public let view: String
    public let build: String
    public let name: String
    /// Where its relations are.
    public let schema: String
    /// Records read, also those that were left out.
    public let records: Int
    public let seconds: Double
    public let wasResumed: Bool
    public let parked: Int
    /// How far each partition was read.
    public let positions: String
}

/// Makes a named copy of a view as a part of its log makes it, beside the live build and independent of it.
public enum CopyRun {
    public static func run(
        _ copy: BuildCopy, view name: String, of views: ViewRegistry = .standard, configuration: WorkerConfiguration,
        topology view: ViewConfiguration, options: ReplayOptions = ReplayOptions(), stop: StopSignal,
        observer: @escaping ReplayObserver
    ) throws(EngineError) -> CopySummary {
        try start(views.fold(named: name), copy, view, configuration, options, stop, observer)
    }

    private static func start<Fold: ViewFold>(
        _: Fold.Type, _ copy: BuildCopy, _ view: ViewConfiguration, _ configuration: WorkerConfiguration,
        _ options: ReplayOptions, _ stop: StopSignal, _ observer: @escaping ReplayObserver
    ) throws(EngineError) -> CopySummary {
        var options = options
        options.goesLive = false
        return try Replay<Fold>(view, configuration, options, stop, observer).copy(copy)
    }

    /// A copy's name is part of a schema's name.
    /// - Throws: `.usage` for one that can't be.
    public static func check(name: String) throws(EngineError) {
        let isWord = name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard isWord, (1...EngineLimits.copyNameCharacters).contains(name.utf8.count) else {
            throw EngineError(
                .usage,
                "\"\(name)\" is no name for a copy: up to \(EngineLimits.copyNameCharacters) small letters, digits and _"
            )
        }
    }
}

extension Replay {
    func copy(_ copy: BuildCopy) throws(EngineError) -> CopySummary {
        try CopyRun.check(name: copy.name)
        try BuildLock.copy(name: copy.name).take(on: connection)
        let consumer = try makeConsumer()
        defer { consumer.close() }
        try BuildPreparation.run(view, configuration, consumer: consumer)
        let start = try BuildPreparation.logStart(view, consumer)
        try requireWholeLog(start)
        let targets = try targets(of: copy.cut, consumer)
        return try beginningAnew({ $0.status == .copying && $0.copy?.name == copy.name }) { () throws(EngineError) in
            try fill(copy, from: start, to: targets)
        }
    }

    private func fill(
        _ copy: BuildCopy, from start: [LaneOffsets], to targets: [[Int64]]
    ) throws(EngineError) -> CopySummary {
        let (build, wasResumed) = try begin(copy, start)
        var asOf: Timestamp?
        if case .time(let time) = copy.cut { asOf = time }
        let filler = try open(build, isResumed: wasResumed, asOf: asOf)
        defer { filler.close() }
        try filler.fill(to: targets)
        try inDatabase { () throws(PostgresError) in
            try catalog.publish(build, copy, relations: view.definition.presentation.map(\.name))
        }
        let reached = try inDatabase { () throws(PostgresError) in try catalog.checkpoints(of: build) }
        return CopySummary(
            view: view.name, build: build.name, name: copy.name, schema: copy.schema,
            records: filler.progress.current, seconds: (ContinuousClock.now - attempt.begun).inSeconds,
            wasResumed: wasResumed,
            parked: filler.counters.parked.current, positions: LogPositions(reached).description)
    }

    /// A copy by time reads all of the log as it is now, for a late event counts by its own time.
    private func targets(of cut: BuildCopy.Cut, _ consumer: KafkaConsumer) throws(EngineError) -> [[Int64]] {
        var targets: [[Int64]] = []
        for lane in 0..<view.lanes {
            var offsets: [Int64] = []
            for topic in view.topics {
                let place = TopicPartition(topic: topic, partition: Int32(lane))
                let end = try inKafka { () throws(KafkaError) in try consumer.watermarks(place) }.high
                offsets.append(try target(place, end: end, cut))
            }
            targets.append(offsets)
        }
        return targets
    }

    private func target(_ place: TopicPartition, end: Int64, _ cut: BuildCopy.Cut) throws(EngineError) -> Int64 {
        guard case .offsets(let positions) = cut else { return end }
        guard let offset = positions.offsets[place] else {
            throw EngineError(
                .usage,
                "the positions do not say how far \(place) goes; name every partition of \(view.topics.joined(separator: ", "))"
            )
        }
        guard offset <= end else {
            throw EngineError(.usage, "\(place) ends at offset \(end): \(offset) is not there yet")
        }
        return offset
    }

    /// Goes on with an interrupted copy of this name, or makes a new one.
    private func begin(_ copy: BuildCopy, _ start: [LaneOffsets]) throws(EngineError) -> (Build, Bool) {
        let all = try inDatabase { () throws(PostgresError) in try catalog.builds() }
        if let old = all.first(where: { $0.copy?.name == copy.name }) {
            guard old.status == .copying, old.view == view.name, old.copy == copy else {
                throw EngineError(
                    .build,
                    "there is a copy \(copy.name) already, of view \(old.view); choose another --name, or remove it with "
                        + "`tapefold views drop \(old.view) \(copy.name)`")
            }
            if !options.startsAnew, old.fold == view.definition.foldNumber, old.lanes == view.lanes {
                return (old, true)
            }
            try inDatabase { () throws(PostgresError) in try catalog.drop(old) }
        }
        let isTaken = try inDatabase { () throws(PostgresError) in
            try connection.query("SELECT to_regnamespace($1) IS NOT NULL", [.text(copy.schema)]).bool(0, 0)
        }
        guard !isTaken else {
            throw EngineError(.build, "there is a schema \(copy.schema) in the database: choose another --name")
        }
        let made = try inDatabase { () throws(PostgresError) in
            try catalog.makeBuild(
                of: view.definition, lanes: view.lanes, status: .copying, start: start, copy: copy)
        }
        return (made, false)
    }
}

extension LogPositions {
    init(_ lanes: [LaneOffsets]) {
        var offsets: [TopicPartition: Int64] = [:]
        for lane in lanes {
            for (topic, offset) in lane.next {
                offsets[TopicPartition(topic: topic, partition: Int32(lane.lane))] = offset
            }
        }
        self.init(offsets)
    }
}
