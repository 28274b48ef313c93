import Events
import Glibc
import HTTPServing
import Kafka
import Synchronization

/// Where the topics' logs end, for showing lag: asked of Kafka every few seconds, and only as long as somebody looks.
final class LogEnds: Sendable {
    private struct State {
        var ends: [String: Int64] = [:]
        var askedAt: UInt64?
        var readAt: UInt64?
        /// Of the last try, whether it read anything or not.
        var triedAt: UInt64?
    }

    private let configuration: KafkaConfiguration?
    private let log: Log
    private let state = Mutex(State())
    private let stopping = Atomic(false)

    init(_ configuration: KafkaConfiguration?, log: Log) {
        self.configuration = configuration
        self.log = log
    }

    /// By `topic/partition`; empty until they have been read, and once they are old.
    var current: [String: Int64] {
        let now = MonotonicClock.nanoseconds()
        return state.withLock { state in
            state.askedAt = now
            guard let readAt = state.readAt, now - readAt < Self.nanoseconds(StreamLimits.logEndsStaleSeconds) else {
                return [:]
            }
            return state.ends
        }
    }

    func stop() { stopping.store(true, ordering: .relaxed) }

    /// The thread's body, until `stop`.
    func run() {
        guard let configuration else { return }
        var admin: KafkaAdmin?
        var told: String?
        while !stopping.load(ordering: .relaxed) {
            usleep(100_000)
            let now = MonotonicClock.nanoseconds()
            let isWanted = state.withLock { state in
                guard let askedAt = state.askedAt, now - askedAt < Self.nanoseconds(StreamLimits.logEndsAskedSeconds)
                else { return false }
                guard now - (state.triedAt ?? 0) >= Self.nanoseconds(StreamLimits.logEndsSeconds) else { return false }
                state.triedAt = now
                return true
            }
            guard isWanted else { continue }
            do throws(KafkaError) {
                if admin == nil { admin = try KafkaAdmin(configuration: configuration) }
                guard let admin else { continue }
                let ends = try read(admin)
                state.withLock { state in
                    state.ends = ends
                    state.readAt = MonotonicClock.nanoseconds()
                }
                told = nil
            } catch {
                if told != error.message { log.warning("where the logs end cannot be read: \(error.message)") }
                told = error.message
            }
        }
    }

    private func read(_ admin: KafkaAdmin) throws(KafkaError) -> [String: Int64] {
        let known = Set(EventKind.allCases.map(\.topic))
        var ends: [String: Int64] = [:]
        for topic in try admin.listTopics(timeoutMilliseconds: StreamLimits.kafkaMilliseconds)
        where known.contains(topic.name) {
            for partition in 0..<topic.partitionCount {
                let place = TopicPartition(topic: topic.name, partition: Int32(partition))
                guard !stopping.load(ordering: .relaxed) else { return ends }
                ends["\(topic.name)/\(partition)"] =
                    try admin.watermarks(place, timeoutMilliseconds: StreamLimits.kafkaMilliseconds).high
            }
        }
        return ends
    }

    private static func nanoseconds(_ seconds: UInt64) -> UInt64 { seconds * 1_000_000_000 }
}
