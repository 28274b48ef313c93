import Events
import Kafka
import Synchronization

/// The topics that commands go to: an idempotent producer, made when the first command comes and anew after it died.
final class CommandLog: Sendable {
    /// An event ready to be sent.
    struct Outgoing: Sendable {
        let topic: String
        let key: String
        let value: [UInt8]
        var trace: TraceContext?

        /// The trace as tools know it that look at headers only; the event has it, too.
        fileprivate var headers: [KafkaHeader] {
            var headers = [KafkaHeader("content-type", EventEncoder.structuredContentType)]
            if let trace {
                headers.append(KafkaHeader("traceparent", trace.parent))
                if let state = trace.state { headers.append(KafkaHeader("tracestate", state)) }
            }
            return headers
        }
    }

    /// What comes of a request that is sent a second time.
    enum Repetition: Sendable {
        /// An Idempotency-Key or an id tells that it is the same.
        case sameEvent
        /// Nothing does.
        case anotherEvent
        /// A file, whose rows tell.
        case sameRows

        fileprivate var advice: String {
            switch self {
            case .sameEvent: "send the request again as it was: its key or id keeps it one event"
            case .anotherEvent:
                "look first whether it is there, for the same request again would be a second event; "
                    + "with an Idempotency-Key it would not"
            case .sameRows: "send the file again: a row that was stored is known by what is in it, and counts once"
            }
        }
    }

    private let configuration: KafkaConfiguration?
    private let partitioners: [String: KafkaPartitioner]
    private let producer = Mutex<KafkaProducer?>(nil)

    init(_ configuration: KafkaConfiguration?, topology: Topology?) {
        var configuration = configuration
        // Nobody waits longer for an answer.
        if configuration?.properties["message.timeout.ms"] == nil {
            configuration?.properties["message.timeout.ms"] = String(ReadAPILimits.produceMilliseconds)
        }
        self.configuration = configuration
        partitioners = Dictionary(
            uniqueKeysWithValues: (topology?.topics ?? []).map { topic in
                (topic.name, topic.partitioner == .murmur2 ? .murmur2 : .crc32)
            })
    }

    /// Sends the events in order and waits until Kafka has them all (acks=all).
    ///
    /// - Returns: for each partition written to, in order of first use, the position behind the last event there. Empty
    ///   where Kafka had them already and did not say where.
    func send(_ events: [Outgoing], repeating repetition: Repetition) throws(Problem) -> [LogPosition] {
        let producer = try current()
        let places: [KafkaPlace]
        do throws(KafkaError) {
            places = try producer.sendAndWaitForPlaces(
                events.map { event in
                    KafkaMessage(
                        topic: event.topic, key: Array(event.key.utf8), value: event.value, headers: event.headers)
                })
        } catch {
            if error.isFatal { self.producer.withLock { $0 = $0 === producer ? nil : $0 } }
            throw .notAcknowledged(error, repetition)
        }
        var positions: [LogPosition] = []
        for (event, place) in zip(events, places) {
            guard let offset = place.offset else { continue }
            let position = LogPosition(topic: event.topic, partition: place.partition, offset: offset + 1)
            if let index = positions.firstIndex(where: {
                $0.topic == position.topic && $0.partition == position.partition
            }) {
                if positions[index].offset < position.offset { positions[index] = position }
            } else {
                positions.append(position)
            }
        }
        return positions
    }

    private func current() throws(Problem) -> KafkaProducer {
        guard let configuration else {
            throw .unavailable(
                "commands-unavailable", "this API has no KAFKA_BROKERS: it answers queries and takes no commands")
        }
        do {
            return try producer.withLock { producer in
                if let producer { return producer }
                let made = try KafkaProducer(configuration: configuration, partitioners: partitioners)
                producer = made
                return made
            }
        } catch {
            throw .unavailable("commands-unavailable", "the connection to Kafka cannot be set up: \(error)")
        }
    }
}

extension Problem {
    static func notAcknowledged(_ error: KafkaError, _ repetition: CommandLog.Repetition) -> Problem {
        var problem = unavailable(
            "not-acknowledged",
            "Kafka did not acknowledge it (\(error.name)), and it may have been stored all the same: \(repetition.advice)"
        )
        problem.cause = "\(error)"
        return problem
    }
}
