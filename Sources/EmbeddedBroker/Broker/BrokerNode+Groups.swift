extension BrokerNode {
    /// Sends what the group machine has decided.
    func perform(_ actions: [GroupAction]) {
        for action in actions {
            switch action {
            case .note(let text): log.info(text)
            case .joined(let token, let response):
                guard let slot = groupReplies.removeValue(forKey: token) else { continue }
                answer(slot) { response.encode(&$0, version: slot.header.version) }
            case .synced(let token, let response):
                guard let slot = groupReplies.removeValue(forKey: token) else { continue }
                answer(slot) { response.encode(&$0, version: slot.header.version) }
            }
        }
    }

    func findCoordinator(_ reader: inout WireReader, _ slot: ResponseSlot, _ connection: Connection) throws {
        let version = slot.header.version
        let request = try FindCoordinatorRequest.decode(&reader, version: version)
        // Transactional ids come here too: InitProducerId then says that there are no transactions.
        let isKnown = [FindCoordinatorRequest.groupType, FindCoordinatorRequest.transactionType].contains(request.type)
        let address = address(for: connection)
        answer(slot) { writer in
            FindCoordinatorResponse.encode(
                &writer, version: version, keys: request.keys, broker: address, error: isKnown ? .none : .invalidRequest
            )
        }
    }

    func joinGroup(_ reader: inout WireReader, _ slot: ResponseSlot, _ connection: Connection, _ now: Int64) throws {
        let request = try JoinGroupRequest.decode(&reader, version: slot.header.version)
        let client = JoiningClient(
            token: slot.token, connection: connection.id, clientId: slot.header.clientId ?? "", host: connection.peer,
            proposedMemberId: makeMemberId(clientId: slot.header.clientId), mustReturnWithId: slot.header.version >= 4)
        connection.usesGroups = true
        groupReplies[slot.token] = slot
        perform(groups.join(request, client, now: now))
    }

    func syncGroup(_ reader: inout WireReader, _ slot: ResponseSlot, _ connection: Connection, _ now: Int64) throws {
        let request = try SyncGroupRequest.decode(&reader, version: slot.header.version)
        connection.usesGroups = true
        groupReplies[slot.token] = slot
        perform(groups.sync(request, token: slot.token, now: now))
    }

    func heartbeat(_ reader: inout WireReader, _ slot: ResponseSlot, _ now: Int64) throws {
        let error = groups.heartbeat(try HeartbeatRequest.decode(&reader, version: slot.header.version), now: now)
        answer(slot) { writer in
            if slot.header.version >= 1 { writer.int32(0) }
            writer.error(error)
            writer.tags()
        }
    }

    func leaveGroup(_ reader: inout WireReader, _ slot: ResponseSlot, _ now: Int64) throws {
        let version = slot.header.version
        let (response, actions) = groups.leave(try LeaveGroupRequest.decode(&reader, version: version), now: now)
        answer(slot) { response.encode(&$0, version: version) }
        perform(actions)
    }

    // MARK: Offsets

    func offsetCommit(_ reader: inout WireReader, _ slot: ResponseSlot, _ now: Int64) throws {
        let request = try OffsetCommitRequest.decode(&reader, version: slot.header.version)
        let refusal = groups.checkCommit(request, now: now)
        let isFull = offsets.count >= EmbeddedBrokerLimits.maximumCommittedOffsets
        var changes: [OffsetStore.Change] = []
        let results = request.topics.map { topic in
            (
                name: topic.name,
                partitions: topic.partitions.map { partition -> (index: Int32, error: ErrorCode) in
                    let target = TopicPartition(topic: topic.name, partition: partition.index)
                    let metadataBytes = partition.committed.metadata?.utf8.count ?? 0
                    var error = refusal
                    if error == .none, topics.topics[topic.name]?.partition(partition.index) == nil {
                        error = .unknownTopicOrPartition
                    } else if error == .none, metadataBytes > EmbeddedBrokerLimits.maximumCommitMetadataBytes {
                        error = .offsetMetadataTooLarge
                    } else if error == .none, isFull, offsets.groups[request.group]?[target] == nil {
                        error = .policyViolation
                    }
                    if error == .none { changes.append(.commit(group: request.group, target, partition.committed)) }
                    return (partition.index, error)
                }
            )
        }
        let reply = { [self] (results: [(name: String, partitions: [(index: Int32, error: ErrorCode)])]) in
            answer(slot) { OffsetCommitResponse(topics: results).encode(&$0, version: slot.header.version) }
        }
        guard !changes.isEmpty else { return reply(results) }
        do throws(BrokerFailure) {
            try offsets.append(changes) { reply(results) }
        } catch {
            log.error("group=\(request.group) \(error)")
            reply(results.map { ($0.name, $0.partitions.map { ($0.index, ErrorCode.kafkaStorageError) }) })
        }
    }

    func offsetFetch(_ reader: inout WireReader, _ slot: ResponseSlot) throws {
        let version = slot.header.version
        let request = try OffsetFetchRequest.decode(&reader, version: version)
        let results = request.groups.map {
            group -> (id: String, error: ErrorCode, topics: [OffsetFetchResponse.Topic]) in
            let committed = offsets.groups[group.id] ?? [:]
            guard let asked = group.topics else { return (group.id, .none, Self.all(committed)) }
            return (
                group.id, .none,
                asked.map { topic in
                    (
                        topic.name,
                        topic.partitions.map { ($0, committed[TopicPartition(topic: topic.name, partition: $0)]) }
                    )
                }
            )
        }
        answer(slot) { OffsetFetchResponse(groups: results).encode(&$0, version: version) }
    }

    private static func all(_ committed: [TopicPartition: CommittedOffset]) -> [OffsetFetchResponse.Topic] {
        Dictionary(grouping: committed, by: { $0.key.topic }).sorted { $0.key < $1.key }.map { topic, entries in
            (topic, entries.map { ($0.key.partition, Optional($0.value)) }.sorted { $0.0 < $1.0 })
        }
    }

    // MARK: Description

    private func describe(_ id: String) -> GroupDescription? {
        if let known = groups.description(of: id) { return known }
        guard offsets.groups[id] != nil else { return nil }
        return GroupDescription(
            id: id, state: ConsumerGroup.State.empty.rawValue, protocolType: "consumer", protocolName: "", members: [])
    }

    func describeGroups(_ reader: inout WireReader, _ slot: ResponseSlot) throws {
        let version = slot.header.version
        let ids = try NameList.decode(&reader, "groups")
        if version >= 3 { _ = try reader.bool("include operations") }
        try reader.tags()
        // Each once, however often it is asked for: answers must not be much larger than questions.
        let found = Set(ids).sorted().map { describe($0) ?? .absent($0) }
        answer(slot) { GroupDescription.encode(found, &$0, version: version) }
    }

    func listGroups(_ reader: inout WireReader, _ slot: ResponseSlot) throws {
        let version = slot.header.version
        let states = version >= 4 ? try NameList.decode(&reader, "states") : []
        try reader.tags()
        let ids = Set(groups.descriptions.map(\.id)).union(offsets.groups.keys)
        let found = ids.sorted().compactMap { describe($0) }
            .filter { group in states.isEmpty || states.contains { $0.lowercased() == group.state.lowercased() } }
        answer(slot) { GroupDescription.encodeList(found, &$0, version: version) }
    }

    func deleteGroups(_ reader: inout WireReader, _ slot: ResponseSlot) throws {
        let ids = try NameList.decode(&reader, "groups")
        try reader.tags()
        var changes: [OffsetStore.Change] = []
        let results = ids.map { id -> NamedResult in
            var error = groups.delete(id)
            if error != .nonEmptyGroup, offsets.groups[id] != nil {
                changes.append(.deleteGroup(id))
                error = .none
            }
            return NamedResult(name: id, error: error, message: nil)
        }
        let reply = { [self] in
            answer(slot) { writer in
                writer.int32(0)
                writer.array(results) { writer, result in
                    writer.string(result.name)
                    writer.error(result.error)
                    writer.tags()
                }
                writer.tags()
            }
        }
        if changes.isEmpty { reply() } else { try offsets.append(changes, whenDurable: reply) }
    }
}
