import Kafka
import Telemetry

/// A worker's figures in Prometheus' format. Labels are views, topics, partitions and kinds: never users or symbols.
struct WorkerMetrics: Sendable {
    let view: ViewConfiguration
    let counters: LaneCounters
    let state: WorkerState
    /// By place, the end of the partition as the consumer last saw it; nil before its first fetch.
    let end: @Sendable (TopicPartition) -> Int64?

    private var labels: MetricsText.Labels { ["view": view.name] }

    func add(to metrics: inout MetricsText) {
        let now = state.current
        events(&metrics)
        lags(&metrics, owned: now.lanes)
        work(&metrics)
        lanes(&metrics, now)
        watched(&metrics, now.watched)
        if let statistics = now.statistics { kafka(&metrics, statistics) }
    }

    private func counter(_ metrics: inout MetricsText, _ name: String, _ help: String, _ value: Int) {
        metrics.family(name, .counter, help) { $0.sample(labels, value) }
    }

    private func gauge(_ metrics: inout MetricsText, _ name: String, _ help: String, _ value: Int) {
        metrics.family(name, .gauge, help) { $0.sample(labels, value) }
    }

    private func events(_ metrics: inout MetricsText) {
        metrics.family("tapefold_events_processed_total", .counter, "Events folded and committed.") {
            forEachPlace(&$0) { family, place, input in family.sample(place, input.folded.current) }
        }
        counter(
            &metrics, "tapefold_duplicates_dropped_total", "Events with the identity and data of an earlier one.",
            counters.duplicates.current)
        metrics.family("tapefold_skipped_total", .counter, "Events not folded and not parked, by reason.") {
            $0.sample(["view": view.name, "reason": "outdated"], counters.skipped.current)
            $0.sample(["view": view.name, "reason": "refused"], counters.refusedSkipped.current)
            $0.sample(["view": view.name, "reason": "below_checkpoint"], counters.dropped.current)
            $0.sample(["view": view.name, "reason": "misplaced"], counters.misplaced.current)
            $0.sample(["view": view.name, "reason": "decided"], counters.discarded.current)
        }
        counter(
            &metrics, "tapefold_dead_lettered_total", "Events parked, with those behind a parked one of their key.",
            counters.parked.current)
        counter(
            &metrics, "tapefold_retried_total", "Parked events that folded when they were tried again.",
            counters.retried.current)
        counter(
            &metrics, "tapefold_rerouted_total", "Misplaced records produced again where they belong.",
            counters.rerouted.current)
        counter(
            &metrics, "tapefold_effects_published_total", "New events that the broker took.", counters.effects.current)
        counter(
            &metrics, "tapefold_rounded_total", "Numbers of market data rounded to eight decimals.",
            counters.rounded.current)
    }

    private func lags(_ metrics: inout MetricsText, owned: [Int: WorkerState.LaneState]) {
        let clock = LogLine.now().microseconds
        metrics.family("tapefold_lag_events", .gauge, "Records of owned partitions that are not committed yet.") {
            forEachPlace(&$0, of: owned) { family, place, input, lag in
                if let lag { family.sample(place, lag) }
            }
        }
        metrics.family(
            "tapefold_lag_seconds", .gauge, "Age of the last folded event, by its own time, while records wait; else 0."
        ) {
            forEachPlace(&$0, of: owned) { family, place, input, lag in
                let last = Int64(input.eventMicroseconds.current)
                guard let lag, lag == 0 || last > 0 else { return }
                family.sample(place, millionths: lag == 0 ? 0 : max(0, clock - last))
            }
        }
        metrics.family("tapefold_last_event_time_seconds", .gauge, "Event time of the last event folded.") {
            forEachPlace(&$0, of: owned) { family, place, input, _ in
                let last = Int64(input.eventMicroseconds.current)
                if last > 0 { family.sample(place, millionths: last) }
            }
        }
    }

    private func work(_ metrics: inout MetricsText) {
        counter(&metrics, "tapefold_commits_total", "Transactions committed.", counters.commits.current)
        counter(&metrics, "tapefold_statements_total", "Statements sent to the database.", counters.statements.current)
        metrics.histograms(
            "tapefold_flush_duration_seconds", "From the fence to the answer of COMMIT.",
            [(labels: labels, counters.commitTime)])
        metrics.histograms(
            "tapefold_batch_records", "Records taken from the log at once.", [(labels: labels, counters.batchRecords)])
        counter(
            &metrics, "tapefold_fenced_total", "Batches refused because the lane's epoch or offsets had moved on.",
            counters.fenced.current)
        metrics.family("tapefold_retries_total", .counter, "Tries again, by what failed.") {
            $0.sample(["view": view.name, "kind": "database"], counters.databaseRetries.current)
            $0.sample(["view": view.name, "kind": "reroute"], counters.rerouteRetries.current)
        }
        counter(
            &metrics, "tapefold_rebalances_total", "Assignments received from the consumer group.",
            state.rebalances.current)
    }

    private func lanes(_ metrics: inout MetricsText, _ now: WorkerState.Snapshot) {
        metrics.family("tapefold_lane_state", .gauge, "1 for the state that an owned lane is in.") {
            for (lane, current) in now.lanes.sorted(by: { $0.key < $1.key }) {
                for state in WorkerState.LaneState.allCases {
                    $0.sample(
                        ["view": view.name, "lane": "\(lane)", "state": state.rawValue], state == current ? 1 : 0)
                }
            }
        }
        metrics.family("tapefold_lane_epoch", .gauge, "The epoch under which an owned lane commits.") {
            for (lane, figures) in counters.byLane where now.lanes[lane] != nil {
                $0.sample(["view": view.name, "lane": "\(lane)"], figures.epoch.current)
            }
        }
        gauge(&metrics, "tapefold_ready", "1 when the worker is ready.", state.unreadiness == nil ? 1 : 0)
    }

    private func watched(_ metrics: inout MetricsText, _ figures: WatchedFigures) {
        gauge(&metrics, "tapefold_parked_events", "Events parked in the live build.", figures.parkedEvents)
        gauge(&metrics, "tapefold_parked_keys", "Parking keys held in the live build.", figures.parkedKeys)
        metrics.family(
            "tapefold_replay_progress_ratio", .gauge, "How far a rebuild in progress is, by its checkpoints."
        ) {
            if let millionths = figures.replayMillionths { $0.sample(labels, millionths: millionths) }
        }
        if view.definition.feed != nil { feeds(&metrics, figures.feeds) }
    }

    private func feeds(_ metrics: inout MetricsText, _ feeds: [FeedFigure]) {
        func family(_ name: String, _ help: String, _ value: (FeedFigure) -> Int?) {
            metrics.family(name, .gauge, help) {
                for feed in feeds {
                    if let value = value(feed) { $0.sample(["view": view.name, "exchange": feed.exchange], value) }
                }
            }
        }
        family(
            "tapefold_feed_silence_seconds",
            "Since the exchange's last tick, or its open; there is no sample outside of its session."
        ) { $0.silentSeconds }
        family("tapefold_feed_symbols", "Symbols with a tick in the last days.") { $0.symbols }
        family(
            "tapefold_feed_silent_symbols",
            "Of these, symbols without one for \(EngineLimits.silentSymbolSeconds) s of this session."
        ) { $0.silentSymbols }
    }

    private func kafka(_ metrics: inout MetricsText, _ statistics: KafkaStatistics) {
        counter(
            &metrics, "tapefold_kafka_received_bytes_total", "Bytes received from brokers.", statistics.receivedBytes)
        counter(
            &metrics, "tapefold_kafka_received_messages_total", "Messages received from brokers.",
            statistics.receivedMessages)
        gauge(
            &metrics, "tapefold_kafka_brokers_up", "Brokers with a connection.",
            statistics.brokers.filter(\.isUp).count)
        metrics.family(
            "tapefold_kafka_round_trip_seconds", .gauge, "Mean round trip to the slowest broker, last five seconds."
        ) {
            let slowest = statistics.brokers.map(\.roundTripMicroseconds).max() ?? 0
            $0.sample(labels, millionths: Int64(slowest))
        }
    }

    /// Every place of every lane that this worker ever had: its counters go on when the lane comes back.
    private func forEachPlace(
        _ family: inout MetricsFamily, _ body: (inout MetricsFamily, MetricsText.Labels, LaneFigures.Input) -> Void
    ) {
        for (lane, figures) in counters.byLane {
            for (input, figures) in zip(view.inputs, figures.inputs) {
                body(&family, ["view": view.name, "topic": input.topic, "partition": "\(lane)"], figures)
            }
        }
    }

    private func forEachPlace(
        _ family: inout MetricsFamily, of owned: [Int: WorkerState.LaneState],
        _ body: (inout MetricsFamily, MetricsText.Labels, LaneFigures.Input, _ lag: Int?) -> Void
    ) {
        for (lane, figures) in counters.byLane where owned[lane] != nil {
            for (input, figures) in zip(view.inputs, figures.inputs) {
                let next = Int64(figures.next.current)
                let end = end(TopicPartition(topic: input.topic, partition: Int32(lane)))
                let lag = end.flatMap { end in next >= 0 ? Int(max(0, end - next)) : nil }
                body(&family, ["view": view.name, "topic": input.topic, "partition": "\(lane)"], figures, lag)
            }
        }
    }
}
