import Foundation

/// The few figures of librdkafka's statistics that are worth a metric. Lag is computed elsewhere,
/// from checkpoints.
public struct KafkaStatistics: Sendable, Decodable {
    public let clientName: String
    /// Requests and messages waiting in the client, all brokers.
    public let queuedOperations: Int
    /// Messages waiting to be sent or acknowledged (producers).
    public let producerQueueMessages: Int
    public let producerQueueBytes: Int
    public let receivedBytes: Int
    public let sentBytes: Int
    public let receivedMessages: Int
    public let sentMessages: Int
    public let brokers: [Broker]
    /// Set for consumers of a group.
    public let group: Group?

    public struct Broker: Sendable, Decodable {
        public let name: String
        /// `UP`, `DOWN`, `INIT`, `CONNECT`, …
        public let state: String
        /// Mean round trip of the last interval.
        public let roundTripMicroseconds: Int
        public let isUp: Bool

        private enum CodingKeys: String, CodingKey {
            case name, state, rtt
        }
        private struct Window: Decodable {
            let avg: Int
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            name = try container.decode(String.self, forKey: .name)
            state = try container.decode(String.self, forKey: .state)
            roundTripMicroseconds = try container.decodeIfPresent(Window.self, forKey: .rtt)?.avg ?? 0
            isUp = state == "UP"
        }
    }

    public struct Group: Sendable, Decodable {
        public let state: String
        public let joinState: String
        public let rebalanceCount: Int
        public let assignedPartitions: Int

        private enum CodingKeys: String, CodingKey {
            case state
            case joinState = "join_state"
            case rebalanceCount = "rebalance_cnt"
            case assignedPartitions = "assignment_size"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case name, replyq, brokers, cgrp
        case messageCount = "msg_cnt"
        case messageSize = "msg_size"
        case receivedBytes = "rx_bytes"
        case sentBytes = "tx_bytes"
        case receivedMessages = "rxmsgs"
        case sentMessages = "txmsgs"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        clientName = try container.decode(String.self, forKey: .name)
        queuedOperations = try container.decodeIfPresent(Int.self, forKey: .replyq) ?? 0
        producerQueueMessages = try container.decodeIfPresent(Int.self, forKey: .messageCount) ?? 0
        producerQueueBytes = try container.decodeIfPresent(Int.self, forKey: .messageSize) ?? 0
        receivedBytes = try container.decodeIfPresent(Int.self, forKey: .receivedBytes) ?? 0
        sentBytes = try container.decodeIfPresent(Int.self, forKey: .sentBytes) ?? 0
        receivedMessages = try container.decodeIfPresent(Int.self, forKey: .receivedMessages) ?? 0
        sentMessages = try container.decodeIfPresent(Int.self, forKey: .sentMessages) ?? 0
        let byName = try container.decodeIfPresent([String: Broker].self, forKey: .brokers) ?? [:]
        brokers = byName.values.sorted { $0.name < $1.name }
        group = try container.decodeIfPresent(Group.self, forKey: .cgrp)
    }

    static func parse(_ json: UnsafeRawBufferPointer) -> KafkaStatistics? {
        try? JSONDecoder().decode(KafkaStatistics.self, from: Data(json))
    }
}
