import Kafka
import Postgres
import Projections

/// Which build is to go live.
public enum PromotedBuild: Sendable {
    /// The one that waits, or the one of this name, which may have been live before.
    case ready(String?)
    /// The one that was live before the live one.
    case previous
}

extension ReplayRun {
    /// Makes a finished build live: folds what the live build is ahead, then swaps the two as a rebuild does.
    ///
    /// - Throws: `EngineError`; the live build is then as it was.
    public static func promote(
        _ chosen: PromotedBuild, view name: String, of views: ViewRegistry = .standard,
        configuration: WorkerConfiguration, topology view: ViewConfiguration, options: ReplayOptions = ReplayOptions(),
        stop: StopSignal,
        observer: @escaping ReplayObserver
    ) throws(EngineError) -> ReplaySummary {
        try view.requireRebuildable()
        return try promote(views.fold(named: name), chosen, view, configuration, options, stop, observer)
    }

    private static func promote<Fold: ViewFold>(
        _: Fold.Type, _ chosen: PromotedBuild, _ view: ViewConfiguration, _ configuration: WorkerConfiguration,
        _ options: ReplayOptions, _ stop: StopSignal, _ observer: @escaping ReplayObserver
    ) throws(EngineError) -> ReplaySummary {
        try Replay<Fold>(view, configuration, options, stop, observer).promote(chosen)
    }
}

extension Replay {
    func promote(_ chosen: PromotedBuild) throws(EngineError) -> ReplaySummary {
        try BuildLock.replay(view: view.name).take(on: connection)
        let consumer = try makeConsumer()
        defer { consumer.close() }
        try BuildPreparation.checkTopics(view, consumer)
        let live = try liveBuild()
        let build = try find(chosen)
        try check(build, consumer)
        try BuildPublication.check(build, over: live, view.definition, on: connection)
        let workers = try FoldWorkers(view, configuration.kafka, isNeeded: options.needsWorker)
        try workers.check(over: live)
        let filler = try open(build, isResumed: true)
        defer { filler.close() }
        try filler.fill(to: try targets(of: live, consumer))
        try follow(live, build, filler, consumer, workers)
        return try summary(of: reached(build, live, filler, 0, wasResumed: false))
    }

    private func find(_ chosen: PromotedBuild) throws(EngineError) -> Build {
        let builds = try inDatabase { () throws(PostgresError) in try catalog.builds(of: view.name) }
        switch chosen {
        case .previous:
            let retired = try inDatabase { () throws(PostgresError) in try catalog.retiredBuilds(of: view.name) }
            if let last = retired.first { return last }
            throw EngineError(
                .build,
                "view \(view.name) has no build that was live before and is still kept; see `tapefold views list "
                    + "\(view.name)`, and `tapefold replay \(view.name)` for a new one")
        case .ready(nil):
            if let newest = builds.last(where: { $0.status == .ready }) { return newest }
            throw EngineError(
                .build,
                "no build of view \(view.name) waits to go live; make one with `tapefold replay \(view.name) --no-swap`"
            )
        case .ready(let name?):
            guard let build = builds.first(where: { $0.name == name }) else {
                throw EngineError(
                    .build, "view \(view.name) has no build \(name); see `tapefold views list \(view.name)`")
            }
            return build
        }
    }

    private func check(_ build: Build, _ consumer: KafkaConsumer) throws(EngineError) {
        switch build.status {
        case .ready, .retired: break
        case .live: throw EngineError(.build, "build \(build.name) of view \(view.name) is live already")
        case .building:
            throw EngineError(
                .build,
                "build \(build.name) of view \(view.name) is not finished: `tapefold replay \(view.name)` goes on with it"
            )
        case .copying, .copy, .scratch:
            throw EngineError(
                .build, "build \(build.name) of view \(view.name) holds a part of the log only and never goes live")
        }
        guard build.fold == view.definition.foldNumber, build.lanes == view.lanes else {
            throw EngineError(
                .build,
                "build \(build.name) of view \(view.name) was made by fold \(build.fold) over \(build.lanes) lanes; this "
                    + "program has fold \(view.definition.foldNumber) over \(view.lanes): use the `tapefold` of that version"
            )
        }
        guard try !inDatabase({ () throws(PostgresError) in try OwedRows.areFolded(by: build, on: connection) }) else {
            throw EngineError(
                .build,
                "build \(build.name) of view \(view.name) has folded events that are parked in the live build, whose effects "
                    + "would then never be sent: make a new one with `tapefold replay \(view.name)`, which sends them")
        }
        let checkpoints = try inDatabase { () throws(PostgresError) in try catalog.checkpoints(of: build) }
        guard try isInLog(checkpoints, consumer) else {
            throw EngineError(
                .build,
                "the log no longer has what build \(build.name) of view \(view.name) needs to catch up: make a new one "
                    + "with `tapefold replay \(view.name)`")
        }
    }
}
