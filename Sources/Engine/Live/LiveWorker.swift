import Kafka
import Projections
import Telemetry

/// Serves a view's live build: joins the view's group, claims the lanes it is given and runs a thread for each.
final class LiveWorker<Fold: ViewFold> {
    private let view: ViewConfiguration
    private let configuration: WorkerConfiguration
    private let stop: StopSignal
    private let figures: WorkerFigures
    let counters = LaneCounters()
    private let started = ContinuousClock.now
    private var isReady = false
    private let state = WorkerState()

    init(
        _ view: ViewConfiguration, _ configuration: WorkerConfiguration, figures: WorkerFigures, stop: StopSignal
    ) {
        self.view = view
        self.configuration = configuration
        self.figures = figures
        self.stop = stop
    }

    /// Runs until the stop signal, through restarts of broker and database.
    func run() throws(EngineError) {
        let consumer = try inKafka { () throws(KafkaError) in
            try KafkaConsumer(configuration: configuration.kafka, groupId: view.groupId)
        }
        figures.add(source(consumer))
        try prepareBuild(consumer)
        guard !stop.isSet else { return }
        let watch = WorkerWatch(view, configuration.database, state, stop: stop)
        watch.start()
        while watch.paused == nil, !stop.isSet { stop.pause(milliseconds: EngineLimits.retryMilliseconds) }
        let growth = GrowthWatch(view, configuration.kafka, consumer, stop: stop)
        growth.start()
        let copier = DeadLetterCopier(view, configuration)
        defer { copier.stop() }
        let keeper = makeKeeper(consumer, copier)
        try inKafka { () throws(KafkaError) in try consumer.subscribe(topics: view.topics) }
        Log.info("started", ["view": view.name, "group": view.groupId, "owner": configuration.owner])
        while !stop.isSet {
            if let event = consumer.poll(timeoutMilliseconds: EngineLimits.eventWaitMilliseconds) {
                try note(event)
                keeper.handle(event, now: now)
            }
            if let paused = watch.paused { keeper.pause(paused, now: now) }
            keeper.note(partitionCounts: growth.partitionCounts, now: now)
            keeper.tend(now: now)
            state.update { state in
                state.lanes = keeper.laneStates
                state.refusal = keeper.refusal
            }
            if !isReady, keeper.isReady {
                isReady = true
                state.update { $0.waitsFor = nil }
                Log.info("ready", ["view": view.name])
            }
        }
        keeper.end(now: now)
        consumer.close()
        Log.info("stopped", counters.fields.merging(["view": view.name]) { first, _ in first })
    }

    private func source(_ consumer: KafkaConsumer) -> MetricsEndpoint.Source {
        let state = state
        let metrics = WorkerMetrics(view: view, counters: counters, state: state) {
            consumer.lastKnownWatermarks($0)?.high
        }
        return MetricsEndpoint.Source(metrics: { metrics.add(to: &$0) }, unreadiness: { state.unreadiness })
    }

    private func note(_ event: KafkaConsumerEvent) throws(EngineError) {
        switch event {
        case .assigned: state.rebalances.add(1)
        case .statistics(let statistics): state.update { $0.statistics = statistics }
        case .error(let error) where error.isFatal:
            // Another member came in under the same name: two of them would take each other's place for ever.
            let remedy =
                "give every worker another \(WorkerConfiguration.instanceVariable), or leave it out and start again"
            throw EngineError(.kafka, "\(error.description): \(remedy)")
        default: break
        }
    }

    private var now: Int { Int((ContinuousClock.now - started).inSeconds * 1_000) }

    private func makeKeeper(_ consumer: KafkaConsumer, _ copier: DeadLetterCopier) -> LaneKeeper {
        let (view, owner, counters) = (view, configuration.owner, counters)
        let rerouter = Rerouter(configuration: configuration.kafka)
        let database = PostgresLaneDatabase(view: view, configuration: configuration.laneDatabase)
        return LaneKeeper(view, owner: owner, source: consumer, database: database, stop: stop) { claim, log in
            LaneRunner<Fold>(
                view, owner: owner, claim: claim, log: log, database: database, producer: rerouter,
                copier: copier, counters: counters)
        }
    }

    /// Waits for Kafka and the database and makes the first build where there is none.
    private func prepareBuild(_ consumer: KafkaConsumer) throws(EngineError) {
        var wait = EngineLimits.retryMilliseconds
        while !stop.isSet {
            do throws(EngineError) {
                try BuildPreparation.run(view, configuration, consumer: consumer)
                return
            } catch {
                if error.code == .topology || error.code == .build { throw error }
                state.update { $0.waitsFor = error.message }
                Log.warning("waiting", ["view": view.name, "reason": error.message])
                stop.pause(milliseconds: wait)
                wait = min(wait * 2, EngineLimits.maximumRetryMilliseconds)
            }
        }
    }
}
