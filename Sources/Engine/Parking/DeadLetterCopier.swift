import Domain
import Foundation
import Kafka
import Postgres
import Synchronization

/// Puts copies of parked events where people and tools look for them.
package protocol ParkedCopying: Sendable {
    /// The lane's owner parked events, or has just claimed a lane that may have some without a copy.
    func copy(_ claim: LaneClaim)
}

/// Copies parked events to `<topic>.<view>.dlq`, each at least once, from a thread of its own: neither an absent topic nor
/// a slow broker holds up a lane.
///
/// What lacks a copy is marked so in the database, also when it leaves the parking lot before it had one, so a crash between
/// parking and copying is made up for by whoever claims the lane next. A copy made twice has the same `tapefold-*` headers.
final class DeadLetterCopier: ParkedCopying {
    private struct State {
        var lanes: [Int: LaneClaim] = [:]
        var isRunning = false
    }

    private let view: ViewConfiguration
    private let configuration: WorkerConfiguration
    private let halt = StopSignal()
    private let state = Mutex(State())

    init(_ view: ViewConfiguration, _ configuration: WorkerConfiguration) {
        self.view = view
        self.configuration = configuration
    }

    func copy(_ claim: LaneClaim) {
        guard view.policy == .park, !halt.isSet else { return }
        let starts = state.withLock { state in
            state.lanes[claim.lane] = claim
            guard !state.isRunning else { return false }
            state.isRunning = true
            return true
        }
        guard starts else { return }
        let thread = Thread { [self] in work() }
        thread.name = "dead letters"
        thread.start()
    }

    /// Lets the copies in hand finish, for a while.
    func stop() {
        halt.set()
        var left = EngineLimits.copyStopMilliseconds
        while state.withLock({ $0.isRunning }), left > 0 {
            usleep(2_000)
            left -= 2
        }
    }

    /// Copies what there is, then ends; the next parked event starts another thread.
    private func work() {
        var connection: PostgresConnection?
        var producer: KafkaProducer?
        while let claim = next() {
            do throws(EngineError) {
                if try copy(claim, &connection, &producer) { again(claim) }
            } catch {
                tell(error, claim)
                connection = nil
                again(claim)
                halt.pause(milliseconds: EngineLimits.copyRetryMilliseconds)
            }
        }
    }

    /// - Returns: whether there may be more.
    private func copy(
        _ claim: LaneClaim, _ connection: inout PostgresConnection?, _ producer: inout KafkaProducer?
    ) throws(EngineError) -> Bool {
        let session = if let connection { connection } else { try connect() }
        connection = session
        let rows = try inDatabase { () throws(PostgresError) in try uncopied(claim, session) }
        guard !rows.isEmpty else { return false }
        let target = if let producer { producer } else { try makeProducer() }
        producer = target
        _ = try inKafka { () throws(KafkaError) in try target.sendAndWait(rows.map(\.message)) }
        try inDatabase { () throws(PostgresError) in try mark(rows, claim, session) }
        return true
    }

    private func connect() throws(EngineError) -> PostgresConnection {
        try inDatabase { () throws(PostgresError) in
            try PostgresConnection.connect(configuration.database) { [halt] in halt.isSet }
        }
    }

    private func makeProducer() throws(EngineError) -> KafkaProducer {
        try inKafka { () throws(KafkaError) in try KafkaProducer(configuration: configuration.kafka) }
    }

    private func next() -> LaneClaim? {
        state.withLock { state in
            if !halt.isSet, let first = state.lanes.keys.min() { return state.lanes.removeValue(forKey: first) }
            state.isRunning = false
            return nil
        }
    }

    /// Unless the lane was claimed again meanwhile.
    private func again(_ claim: LaneClaim) {
        state.withLock { if $0.lanes[claim.lane] == nil { $0.lanes[claim.lane] = claim } }
    }

    private func tell(_ error: EngineError, _ claim: LaneClaim) {
        let topics = view.topics.map { Self.topic($0, view.name) }.joined(separator: ", ")
        Log.warning(
            "copy_retry",
            [
                "view": view.name, "lane": "\(claim.lane)",
                "reason": "parked events are kept, but their copies on \(topics) wait: \(error.message); "
                    + "`tapefold topics create` makes missing topics",
            ])
    }

    static func topic(_ topic: String, _ view: String) -> String { "\(topic).\(view).dlq" }
}

/// A parked event that has no copy yet.
private struct Uncopied {
    let topic: String
    let offset: Int64
    let message: KafkaMessage
}

extension DeadLetterCopier {
    private func uncopied(
        _ claim: LaneClaim, _ connection: PostgresConnection
    ) throws(PostgresError) -> [Uncopied] {
        let columns = """
            topic, log_offset, parking_key, code, reason, record_key, record_value, record_headers::text, record_time,
                park_order
            """
        let rows = try connection.cachedQuery(
            """
            (SELECT \(columns) FROM tapefold.owed_copy WHERE view = $1 AND lane = $3 ORDER BY park_order LIMIT $4)
            UNION ALL
            (SELECT \(columns) FROM tapefold.parked_event WHERE view = $1 AND build = $2 AND lane = $3 AND copied_at IS NULL
                ORDER BY park_order LIMIT $4)
            ORDER BY park_order LIMIT $4
            """,
            [
                .text(view.name), .text(claim.build), .int32(Int32(claim.lane)),
                .int64(Int64(EngineLimits.copiesAtOnce)),
            ])
        var list: [Uncopied] = []
        for row in 0..<rows.rowCount { list.append(try uncopied(rows, row, claim)) }
        return list
    }

    private func uncopied(
        _ rows: PostgresResult, _ row: Int, _ claim: LaneClaim
    ) throws(PostgresError) -> Uncopied {
        let topic = try rows.text(row, 0)
        let offset = try rows.int64(row, 1)
        var headers = HeaderList.headers(try rows.text(row, 7)) ?? []
        let facts: [(String, String?)] = [
            ("view", view.name), ("topic", topic), ("partition", "\(claim.lane)"), ("offset", "\(offset)"),
            ("code", try rows.text(row, 3)), ("reason", try rows.text(row, 4)),
            ("parking-key", try rows.textIfPresent(row, 2)),
        ]
        for (name, value) in facts {
            if let value { headers.append(KafkaHeader("tapefold-\(name)", value)) }
        }
        let message = KafkaMessage(
            topic: Self.topic(topic, view.name), partition: Int32(claim.lane), key: try rows.bytesIfPresent(row, 5),
            value: try rows.bytesIfPresent(row, 6), headers: headers,
            timestampMilliseconds: try rows.timeIfPresent(row, 8).map { $0.microseconds / 1_000 })
        return Uncopied(topic: topic, offset: offset, message: message)
    }

    /// Also what left the parking lot while its copy was under way.
    private func mark(
        _ rows: [Uncopied], _ claim: LaneClaim, _ connection: PostgresConnection
    ) throws(PostgresError) {
        let topics = try PostgresArrayBuilder(.text)
        let offsets = try PostgresArrayBuilder(.int64)
        for row in rows {
            topics.append(text: row.topic)
            offsets.append(integer: row.offset)
        }
        let places = "unnest($3::text[], $4::bigint[]) AS d(topic, log_offset)"
        let lane: [PostgresParameter] = [
            .text(view.name), .int32(Int32(claim.lane)), .array(topics), .array(offsets),
        ]
        // In this order: a lane that takes an event out of the parking lot in between leaves its copy owed.
        try connection.cachedQuery(
            """
            UPDATE tapefold.parked_event p SET copied_at = now() FROM \(places)
            WHERE p.view = $1 AND p.build = $5 AND p.lane = $2 AND p.topic = d.topic COLLATE "C"
                AND p.log_offset = d.log_offset
            """, lane + [.text(claim.build)])
        try connection.cachedQuery(
            """
            DELETE FROM tapefold.owed_copy p USING \(places)
            WHERE p.view = $1 AND p.lane = $2 AND p.topic = d.topic COLLATE "C" AND p.log_offset = d.log_offset
            """, lane)
    }
}
