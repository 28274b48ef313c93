import Kafka
import Postgres
import Projections

/// What must hold before a worker folds: topics with the right partitions, a migrated database, a live build.
enum BuildPreparation {
    /// - Parameter rebuilds: a new build is to be made, which takes the topics as they are now.
    static func run(
        _ view: ViewConfiguration, _ configuration: WorkerConfiguration, consumer: KafkaConsumer, rebuilds: Bool = false
    ) throws(EngineError) {
        try checkTopics(view, consumer)
        let connection = try inDatabase { () throws(PostgresError) in
            try PostgresConnection.connect(configuration.database)
        }
        _ = try inDatabase { () throws(PostgresError) in try Migrations.run(on: connection) }
        try RepartitionLedger.requireNone(of: view.topics, on: connection)
        let catalog = BuildCatalog(connection)
        let live = try inDatabase { () throws(PostgresError) in try catalog.liveBuild(of: view.name) }
        let build: Build
        if let live {
            build = view.isReactor ? try ReactorUpkeep.run(live, of: view, consumer: consumer, on: connection) : live
        } else {
            let ends = view.outputs.isEmpty && !view.isReactor ? [] : try logEnds(view, consumer)
            let start = try start(of: view, consumer, ends: ends)
            build = try inDatabase { () throws(PostgresError) in
                try catalog.ensureLiveBuild(
                    of: view.definition, lanes: view.lanes, start: start, effectMarks: ends)
            }
        }
        guard build.lanes == view.lanes || rebuilds else {
            throw EngineError(
                .topology,
                "view \(view.name) was built from \(build.lanes) lanes, its topics have \(view.lanes) partitions now: "
                    + "unless it was done, `tapefold topics repartition \(view.name) --partitions \(view.lanes)` with the "
                    + "topology of before; then `tapefold replay \(view.name)`")
        }
    }

    /// Every input topic must have as many partitions as topology.json says: lane n is partition n of all of them.
    static func checkTopics(_ view: ViewConfiguration, _ consumer: KafkaConsumer) throws(EngineError) {
        let counts = try inKafka { () throws(KafkaError) in try consumer.partitionCounts(topics: view.topics) }
        for topic in view.topics {
            guard let count = counts[topic], count > 0 else {
                throw EngineError(.kafka, "topic \(topic) does not exist: create it with `tapefold topics create`")
            }
            guard count == view.lanes else {
                throw EngineError(
                    .topology,
                    "topic \(topic) has \(count) partitions, topology.json says \(view.lanes): all topics of view "
                        + "\(view.name) need that many; see `tapefold topics check`")
            }
        }
    }

    /// Where a view's first build starts. A reactor decides on what comes, not on what was: it takes topics that keep no
    /// complete history from their ends.
    private static func start(
        of view: ViewConfiguration, _ consumer: KafkaConsumer, ends: [LaneOffsets]
    ) throws(EngineError) -> [LaneOffsets] {
        let start = try logStart(view, consumer)
        guard view.isReactor else { return start }
        let passing = Set(view.inputs.filter { !$0.isComplete }.map(\.topic))
        return zip(start, ends).map { start, end in
            LaneOffsets(
                lane: start.lane,
                next: start.next.merging(end.next.filter { passing.contains($0.key) }) { _, end in end })
        }
    }

    /// Where a new build starts: at offset 0, which a complete topic must still have.
    static func logStart(_ view: ViewConfiguration, _ consumer: KafkaConsumer) throws(EngineError) -> [LaneOffsets] {
        var lanes: [LaneOffsets] = []
        for lane in 0..<view.lanes {
            var next: [String: Int64] = [:]
            for input in view.inputs {
                let place = TopicPartition(topic: input.topic, partition: Int32(lane))
                let bounds = try inKafka { () throws(KafkaError) in try consumer.watermarks(place) }
                if input.isComplete, bounds.low > 0 {
                    throw EngineError(
                        .build,
                        "\(place) starts at offset \(bounds.low): its history must be complete for a build of view "
                            + "\(view.name); restore the topic and set its retention to unlimited")
                }
                next[input.topic] = bounds.low
            }
            lanes.append(LaneOffsets(lane: lane, next: next))
        }
        return lanes
    }

    private static func logEnds(_ view: ViewConfiguration, _ consumer: KafkaConsumer) throws(EngineError)
        -> [LaneOffsets]
    {
        var lanes: [LaneOffsets] = []
        for lane in 0..<view.lanes {
            var next: [String: Int64] = [:]
            for topic in view.topics {
                let place = TopicPartition(topic: topic, partition: Int32(lane))
                next[topic] = try inKafka { () throws(KafkaError) in try consumer.watermarks(place) }.high
            }
            lanes.append(LaneOffsets(lane: lane, next: next))
        }
        return lanes
    }
}
