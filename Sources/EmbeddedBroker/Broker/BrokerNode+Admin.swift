extension BrokerNode {
    // MARK: Metadata

    func metadata(_ reader: inout WireReader, _ slot: ResponseSlot, _ connection: Connection) throws {
        let version = slot.header.version
        let request = try MetadataRequest.decode(&reader, version: version)
        let names = request.topics.map { Set($0).sorted() } ?? topics.topics.keys.sorted()
        let found = names.map { describe($0, mayCreate: request.allowAutoTopicCreation && options.autoCreateTopics) }
        let response = MetadataResponse(broker: address(for: connection), clusterId: clusterId, topics: found)
        answer(slot, capacity: 256 + 64 * found.count) { response.encode(&$0, version: version) }
    }

    private func describe(_ name: String, mayCreate: Bool) -> MetadataResponse.Topic {
        if let topic = topics.topics[name] {
            return MetadataResponse.Topic(error: .none, name: name, partitionCount: topic.partitions.count)
        }
        guard TopicStore.isLegal(name) else {
            return MetadataResponse.Topic(error: .invalidTopic, name: name, partitionCount: 0)
        }
        guard mayCreate, topics.topics.count < EmbeddedBrokerLimits.maximumTopics else {
            return MetadataResponse.Topic(error: .unknownTopicOrPartition, name: name, partitionCount: 0)
        }
        do throws(BrokerFailure) {
            try topics.create(name, partitions: options.defaultPartitions, configuration: TopicConfiguration())
            return MetadataResponse.Topic(error: .none, name: name, partitionCount: options.defaultPartitions)
        } catch {
            log.error("topic=\(name) \(error)")
            return MetadataResponse.Topic(error: .kafkaStorageError, name: name, partitionCount: 0)
        }
    }

    func describeCluster(_ slot: ResponseSlot, _ connection: Connection) {
        let address = address(for: connection)
        answer(slot) { writer in
            writer.int32(0)
            writer.error(.none)
            writer.string(nil)
            if slot.header.version >= 1 { writer.int8(1) }
            writer.string(clusterId)
            writer.int32(BrokerAddress.nodeId)
            writer.array([address]) { writer, address in
                writer.int32(BrokerAddress.nodeId)
                writer.string(address.host)
                writer.int32(address.port)
                writer.string(nil)
                writer.tags()
            }
            writer.int32(MetadataResponse.operationsNotAsked)
            writer.tags()
        }
    }

    // MARK: Topics

    func createTopics(_ reader: inout WireReader, _ slot: ResponseSlot) throws {
        let version = slot.header.version
        let request = try CreateTopicsRequest.decode(&reader, version: version)
        let times = Dictionary(request.topics.map { ($0.name, 1) }, uniquingKeysWith: +)
        let results =
            request.topics.filter { times[$0.name] == 1 }.map { create($0, validateOnly: request.validateOnly) }
            + times.filter { $0.value > 1 }.keys.sorted().map {
                CreateTopicsResponse.Topic(
                    name: $0, error: .invalidRequest, message: "topic '\($0)' is named more than once")
            }
        answer(slot) { CreateTopicsResponse(topics: results).encode(&$0, version: version) }
    }

    private func create(_ asked: CreateTopicsRequest.Topic, validateOnly: Bool) -> CreateTopicsResponse.Topic {
        func refuse(_ error: ErrorCode, _ message: String) -> CreateTopicsResponse.Topic {
            CreateTopicsResponse.Topic(name: asked.name, error: error, message: message)
        }
        let limits = EmbeddedBrokerLimits.self
        guard TopicStore.isLegal(asked.name) else {
            return refuse(.invalidTopic, "topic names have 1 to 249 letters, digits, '.', '_' and '-'")
        }
        guard topics.topics[asked.name] == nil else {
            return refuse(.topicAlreadyExists, "topic '\(asked.name)' already exists")
        }
        guard topics.topics.count < limits.maximumTopics else {
            return refuse(.policyViolation, "there are already \(limits.maximumTopics) topics")
        }
        guard asked.assignments.isEmpty || asked.partitions == -1 else {
            return refuse(.invalidRequest, "give either a partition count or assignments")
        }
        guard asked.assignments.allSatisfy({ $0.brokers == [BrokerAddress.nodeId] }),
            asked.assignments.map(\.partition).sorted() == asked.assignments.indices.map({ Int32($0) })
        else { return refuse(.invalidReplicaAssignment, "every partition can only be on node \(BrokerAddress.nodeId)") }
        guard asked.replicationFactor == -1 || asked.replicationFactor == 1 else {
            return refuse(.invalidReplicationFactor, "replication factor \(asked.replicationFactor): there is one node")
        }
        let count =
            !asked.assignments.isEmpty
            ? asked.assignments.count : asked.partitions == -1 ? options.defaultPartitions : Int(asked.partitions)
        guard count >= 1, count <= limits.maximumPartitionsPerTopic else {
            return refuse(
                .invalidPartitions, "\(count) partitions: 1 to \(limits.maximumPartitionsPerTopic) are possible")
        }
        var configuration = TopicConfiguration()
        do throws(TopicConfiguration.Refusal) {
            for config in asked.configs { if let value = config.value { try configuration.set(config.name, value) } }
        } catch {
            return refuse(.invalidConfig, error.reason)
        }
        do throws(BrokerFailure) {
            if !validateOnly { try topics.create(asked.name, partitions: count, configuration: configuration) }
        } catch {
            log.error("topic=\(asked.name) \(error)")
            return refuse(.kafkaStorageError, error.description)
        }
        return CreateTopicsResponse.Topic(
            name: asked.name, error: .none, partitions: Int32(count), configs: configuration.entries)
    }

    func deleteTopics(_ reader: inout WireReader, _ slot: ResponseSlot) throws {
        let version = slot.header.version
        let names = try NameList.decode(&reader, "topics")
        _ = try reader.int32("timeout")
        try reader.tags()
        var changes: [OffsetStore.Change] = []
        let results = names.map { name -> NamedResult in
            guard let topic = topics.topics[name] else {
                return NamedResult(name: name, error: .unknownTopicOrPartition, message: "no topic '\(name)'")
            }
            do throws(BrokerFailure) {
                try topics.delete(topic)
            } catch {
                log.error("topic=\(name) \(error)")
                return NamedResult(name: name, error: .kafkaStorageError, message: error.description)
            }
            topic.partitions.forEach(advanced)
            changes.append(.deleteTopic(name))
            return NamedResult(name: name, error: .none, message: nil)
        }
        let reply = { [self] in
            answer(slot) { writer in
                if version >= 1 { writer.int32(0) }
                Self.encode(results, &writer, withMessage: version >= 5)
                writer.tags()
            }
        }
        if changes.isEmpty { reply() } else { try offsets.append(changes, whenDurable: reply) }
    }

    func createPartitions(_ reader: inout WireReader, _ slot: ResponseSlot) throws {
        let request = try CreatePartitionsRequest.decode(&reader, version: slot.header.version)
        let results = request.topics.map { asked -> NamedResult in
            guard let topic = topics.topics[asked.name] else {
                return NamedResult(name: asked.name, error: .unknownTopicOrPartition, message: nil)
            }
            let limit = EmbeddedBrokerLimits.maximumPartitionsPerTopic
            guard Int(asked.count) > topic.partitions.count, Int(asked.count) <= limit else {
                return NamedResult(
                    name: asked.name, error: .invalidPartitions,
                    message:
                        "topic '\(asked.name)' has \(topic.partitions.count) partitions: ask for more, up to \(limit)")
            }
            do throws(BrokerFailure) {
                if !request.validateOnly { try topics.addPartitions(topic, count: Int(asked.count)) }
            } catch {
                log.error("topic=\(asked.name) \(error)")
                return NamedResult(name: asked.name, error: .kafkaStorageError, message: error.description)
            }
            return NamedResult(name: asked.name, error: .none, message: nil)
        }
        answer(slot) { writer in
            writer.int32(0)
            Self.encode(results, &writer, withMessage: true)
            writer.tags()
        }
    }

    private static func encode(_ results: [NamedResult], _ writer: inout WireWriter, withMessage: Bool) {
        writer.array(results) { writer, result in
            writer.string(result.name)
            writer.error(result.error)
            if withMessage { writer.string(result.message) }
            writer.tags()
        }
    }

    // MARK: Configuration

    func describeConfigs(_ reader: inout WireReader, _ slot: ResponseSlot) throws {
        let version = slot.header.version
        let request = try DescribeConfigsRequest.decode(&reader, version: version)
        let results = request.resources.map { resource -> DescribeConfigsResponse.Result in
            var result = DescribeConfigsResponse.Result(
                error: .none, message: nil, type: resource.type, name: resource.name, entries: [])
            switch resource.type {
            case DescribeConfigsRequest.topicType:
                if let topic = topics.topics[resource.name] {
                    result.entries = topic.configuration.entries
                } else {
                    result.error = .unknownTopicOrPartition
                    result.message = "no topic '\(resource.name)'"
                }
            case DescribeConfigsRequest.brokerType where ["", String(BrokerAddress.nodeId)].contains(resource.name):
                result.entries = brokerEntries
            default:
                result.error = .invalidRequest
                result.message = "resource type \(resource.type) named '\(resource.name)' is unknown here"
            }
            if let keys = resource.keys { result.entries = result.entries.filter { keys.contains($0.name) } }
            return result
        }
        answer(slot, capacity: 1_024) { DescribeConfigsResponse(results: results).encode(&$0, version: version) }
    }

    private var brokerEntries: [ConfigEntry] {
        let limits = EmbeddedBrokerLimits.self
        let values = [
            "auto.create.topics.enable": String(options.autoCreateTopics), "broker.id": String(BrokerAddress.nodeId),
            "default.replication.factor": "1", "group.initial.rebalance.delay.ms": "0",
            "group.max.session.timeout.ms": String(limits.maximumSessionTimeoutMilliseconds),
            "group.min.session.timeout.ms": String(limits.minimumSessionTimeoutMilliseconds),
            "log.dirs": options.dataDirectory, "log.retention.ms": "-1",
            "log.segment.bytes": String(limits.defaultSegmentBytes),
            "message.max.bytes": String(limits.defaultMaximumBatchBytes),
            "num.partitions": String(options.defaultPartitions),
            "socket.request.max.bytes": String(limits.maximumRequestBytes),
            // Who asks can tell that there is one node and no other to take over.
            "tapefold.embedded.broker": "true",
        ]
        return values.sorted { $0.key < $1.key }.map {
            ConfigEntry(name: $0.key, value: $0.value, source: ConfigEntry.staticBrokerSource, readOnly: true)
        }
    }

    // MARK: Offsets of partitions

    func listOffsets(_ reader: inout WireReader, _ slot: ResponseSlot) throws {
        let version = slot.header.version
        let request = try ListOffsetsRequest.decode(&reader, version: version)
        let results = request.topics.map { topic in
            (
                name: topic.name,
                partitions: topic.partitions.map { partition in
                    offset(topics.topics[topic.name]?.partition(partition.index), partition)
                }
            )
        }
        answer(slot) { ListOffsetsResponse(topics: results).encode(&$0, version: version) }
    }

    private func offset(
        _ target: PartitionLog?, _ asked: ListOffsetsRequest.Partition
    ) -> ListOffsetsResponse.Partition {
        var result = ListOffsetsResponse.Partition(index: asked.index, error: .none, timestamp: -1, offset: -1)
        guard let target else {
            result.error = .unknownTopicOrPartition
            return result
        }
        guard asked.currentLeaderEpoch <= PartitionLog.leaderEpoch else {
            result.error = .unknownLeaderEpoch
            return result
        }
        do throws(BrokerFailure) {
            switch asked.timestamp {
            case ListOffsetsRequest.earliest: result.offset = target.startOffset
            case ListOffsetsRequest.latest: result.offset = target.highWatermark
            default:
                let found =
                    asked.timestamp == ListOffsetsRequest.maxTimestamp
                    ? try target.offsetOfMaxTimestamp() : try target.offset(atOrAfter: asked.timestamp)
                result.offset = found?.offset ?? -1
                result.timestamp = found?.timestamp ?? -1
            }
        } catch {
            log.error("\(target.name): \(error)")
            result.error = .kafkaStorageError
        }
        return result
    }

    func offsetForLeaderEpoch(_ reader: inout WireReader, _ slot: ResponseSlot) throws {
        let request = try OffsetForLeaderEpochRequest.decode(&reader, version: slot.header.version)
        answer(slot) { writer in
            writer.int32(0)
            writer.array(request.topics) { writer, topic in
                writer.string(topic.name)
                writer.array(topic.partitions) { writer, partition in
                    let target = topics.topics[topic.name]?.partition(partition.index)
                    let isKnown = partition.epoch >= PartitionLog.leaderEpoch
                    writer.error(target == nil ? .unknownTopicOrPartition : .none)
                    writer.int32(partition.index)
                    writer.int32(target != nil && isKnown ? PartitionLog.leaderEpoch : -1)
                    writer.int64(isKnown ? target?.highWatermark ?? -1 : -1)
                    writer.tags()
                }
                writer.tags()
            }
            writer.tags()
        }
    }
}
