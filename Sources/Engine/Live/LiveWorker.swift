import Kafka
import Projections

/// Serves a view's live build: joins the view's group, claims the lanes it is given and runs a thread for each.
public final class LiveWorker<Fold: ViewFold> {
    private let view: ViewConfiguration
    private let configuration: WorkerConfiguration
    private let stop: StopSignal
    public let counters = LaneCounters()
    private let started = ContinuousClock.now
    private var isReady = false

    public init(_ view: ViewConfiguration, _ configuration: WorkerConfiguration, stop: StopSignal) {
        self.view = view
        self.configuration = configuration
        self.stop = stop
    }

    /// Runs until the stop signal, through restarts of broker and database.
    public func run() throws(EngineError) {
        let consumer = try inKafka { () throws(KafkaError) in
            try KafkaConsumer(configuration: configuration.kafka, groupId: view.groupId)
        }
        try prepareBuild(consumer)
        guard !stop.isSet else { return }
        let copier = DeadLetterCopier(view, configuration)
        defer { copier.stop() }
        let keeper = makeKeeper(consumer, copier)
        try inKafka { () throws(KafkaError) in try consumer.subscribe(topics: view.topics) }
        Log.info("started", ["view": view.name, "group": view.groupId, "owner": configuration.owner])
        while !stop.isSet {
            if let event = consumer.poll(timeoutMilliseconds: EngineLimits.eventWaitMilliseconds) {
                keeper.handle(event, now: now)
            }
            keeper.tend(now: now)
            if !isReady, keeper.isReady {
                isReady = true
                Log.info("ready", ["view": view.name])
            }
        }
        keeper.end(now: now)
        consumer.close()
        Log.info("stopped", counters.fields.merging(["view": view.name]) { first, _ in first })
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
                Log.warning("waiting", ["view": view.name, "reason": error.message])
                stop.pause(milliseconds: wait)
                wait = min(wait * 2, EngineLimits.maximumRetryMilliseconds)
            }
        }
    }
}
