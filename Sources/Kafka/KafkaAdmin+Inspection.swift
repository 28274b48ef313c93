import CLibrdkafka

/// A consumer group as its coordinator describes it.
public struct KafkaGroupDescription: Sendable {
    public let name: String
    /// `Stable`, `PreparingRebalance`, `Empty`, …
    public let state: String
    /// The assignor's name.
    public let protocolName: String
    public let members: [Member]

    public struct Member: Sendable, Hashable {
        public let memberId: String
        public let clientId: String
        public let clientHost: String
    }
}

extension KafkaAdmin {
    /// All groups, or the one named.
    public func groups(
        named name: String? = nil, timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds
    ) throws(KafkaError) -> [KafkaGroupDescription] {
        var list: UnsafePointer<rd_kafka_group_list>?
        try handle.check(
            rd_kafka_list_groups(handle.pointer, name, &list, timeoutMilliseconds), doing: "list of groups")
        guard let list else { return [] }
        defer { rd_kafka_group_list_destroy(list) }
        return (0..<Int(list.pointee.group_cnt)).map { Self.describe(list.pointee.groups[$0]) }
    }

    /// A topic's configuration, all values of it; sensitive ones have none.
    public func topicConfiguration(
        _ topic: String, timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds
    ) throws(KafkaError) -> [String: String] {
        try configuration(RD_KAFKA_RESOURCE_TOPIC, topic, "topic \(topic)", timeoutMilliseconds)
    }

    /// A broker's configuration, all values of it; sensitive ones have none.
    public func brokerConfiguration(
        _ broker: Int32, timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds
    ) throws(KafkaError) -> [String: String] {
        try configuration(RD_KAFKA_RESOURCE_BROKER, "\(broker)", "broker \(broker)", timeoutMilliseconds)
    }

    /// The numbers of the cluster's brokers, in order.
    public func brokerNumbers(
        timeoutMilliseconds: Int32 = KafkaLimits.requestTimeoutMilliseconds
    ) throws(KafkaError) -> [Int32] {
        try ClusterMetadata.brokers(handle, timeoutMilliseconds: timeoutMilliseconds)
    }

    private func configuration(
        _ type: rd_kafka_ResourceType_t, _ name: String, _ described: String, _ timeoutMilliseconds: Int32
    ) throws(KafkaError) -> [String: String] {
        var resources: [OpaquePointer?] = [rd_kafka_ConfigResource_new(type, name)]
        defer { for resource in resources { rd_kafka_ConfigResource_destroy(resource) } }
        let action = "read of the configuration of \(described)"
        let event = try run(action, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeoutMilliseconds) { options, queue in
            rd_kafka_DescribeConfigs(handle.pointer, &resources, resources.count, options, queue)
        }
        defer { rd_kafka_event_destroy(event) }
        var count = 0
        let results = rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(event), &count)
        guard count == 1, let result = results?[0] else { return [:] }
        try handle.check(rd_kafka_ConfigResource_error(result), doing: action)
        var entryCount = 0
        let entries = rd_kafka_ConfigResource_configs(result, &entryCount)
        var values: [String: String] = [:]
        for index in 0..<entryCount {
            guard let entry = entries?[index], let value = rd_kafka_ConfigEntry_value(entry) else { continue }
            values[String(cString: rd_kafka_ConfigEntry_name(entry))] = String(cString: value)
        }
        return values
    }

    private static func describe(_ group: rd_kafka_group_info) -> KafkaGroupDescription {
        let members = (0..<Int(group.member_cnt)).map { index in
            let member = group.members[index]
            return KafkaGroupDescription.Member(
                memberId: String(cString: member.member_id), clientId: String(cString: member.client_id),
                clientHost: String(cString: member.client_host))
        }
        return KafkaGroupDescription(
            name: String(cString: group.group), state: String(cString: group.state),
            protocolName: String(cString: group.protocol), members: members)
    }
}
