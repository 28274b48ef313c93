import Postgres

/// What a repartition has planned and done, in the control schema: until it is done no worker and no replay touches the
/// topics.
struct RepartitionLedger {
    struct Entry: Sendable, Equatable {
        let topic: String
        /// By old partition, the end of the history to move.
        let ends: [Int64]
        let isDone: Bool
    }

    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// Those of a plan that was begun before; none when it is new.
    func entries(of plan: RepartitionPlan) throws(EngineError) -> [Entry] {
        try inDatabase { () throws(PostgresError) in
            let rows = try connection.query(
                """
                SELECT topic, new_count, array_to_string(ends, ','), finished_at IS NOT NULL
                FROM tapefold.repartition WHERE topic = ANY ($1) AND (new_count = $2 OR finished_at IS NULL)
                ORDER BY topic
                """, [try texts(plan.topics.map(\.name)), .int32(Int32(plan.new))])
            var entries: [Entry] = []
            for row in 0..<rows.rowCount {
                let (topic, count) = (try rows.text(row, 0), try rows.int32(row, 1))
                guard Int(count) == plan.new else {
                    throw .usage(
                        "topic \(topic) is being repartitioned to \(count): finish that with --partitions \(count) first"
                    )
                }
                let ends = try rows.text(row, 2).split(separator: ",").compactMap { Int64($0) }
                entries.append(Entry(topic: topic, ends: ends, isDone: try rows.bool(row, 3)))
            }
            return entries
        }
    }

    private func texts(_ values: [String]) throws(PostgresError) -> PostgresParameter {
        let array = try PostgresArrayBuilder(.text)
        for value in values { array.append(text: value) }
        return .array(array)
    }

    /// All topics of a plan at once.
    func begin(_ plan: RepartitionPlan, _ entries: [Entry]) throws(EngineError) {
        try inDatabase { () throws(PostgresError) in
            try connection.transaction { () throws(PostgresError) in
                for entry in entries {
                    let ends = try PostgresArrayBuilder(.int64)
                    for end in entry.ends { ends.append(integer: end) }
                    try connection.query(
                        """
                        INSERT INTO tapefold.repartition (topic, old_count, new_count, ends) VALUES ($1, $2, $3, $4)
                        ON CONFLICT (topic) DO UPDATE SET old_count = excluded.old_count,
                            new_count = excluded.new_count, ends = excluded.ends, started_at = now(),
                            finished_at = NULL
                        """,
                        [.text(entry.topic), .int32(Int32(plan.old)), .int32(Int32(plan.new)), .array(ends)])
                }
            }
        }
    }

    /// - Parameter newEnds: by new partition, where it ends.
    func finish(_ topic: String, newEnds: [Int64]) throws(EngineError) {
        _ = try inDatabase { () throws(PostgresError) in
            let ends = try PostgresArrayBuilder(.int64)
            for end in newEnds { ends.append(integer: end) }
            return try connection.query(
                "UPDATE tapefold.repartition SET finished_at = now(), new_ends = $2 WHERE topic = $1",
                [.text(topic), .array(ends)])
        }
    }

    /// Where the history that was moved to new partitions ends; none where the topic was never repartitioned to `count`.
    static func newEnds(
        of topic: String, count: Int, on connection: PostgresConnection
    ) throws(PostgresError) -> (first: Int, ends: [Int64])? {
        let rows = try connection.query(
            """
            SELECT old_count, array_to_string(new_ends, ',') FROM tapefold.repartition
            WHERE topic = $1 AND new_count = $2 AND finished_at IS NOT NULL
            """, [.text(topic), .int32(Int32(count))])
        guard rows.rowCount == 1 else { return nil }
        let ends = try rows.text(0, 1).split(separator: ",").compactMap { Int64($0) }
        return (Int(try rows.int32(0, 0)), ends)
    }

    /// The least offset of a partition that a view may still owe effects of: below every mark nothing is owed but debts.
    func firstUntold(_ topic: String, _ partition: Int) throws(EngineError) -> Int64 {
        try inDatabase { () throws(PostgresError) in
            try connection.query(
                """
                SELECT least(
                    (SELECT min(next_offset) FROM tapefold.effect_mark WHERE topic = $1 AND partition = $2),
                    (SELECT min(log_offset) FROM tapefold.effect_debt WHERE topic = $1 AND partition = $2))
                """, [.text(topic), .int32(Int32(partition))]
            ).int64IfPresent(0, 0) ?? .max
        }
    }

    /// A rebuild is silent but for debts: events that no view had told of yet are owed at their new places.
    func carryDebts(_ topic: String, _ moved: [MovedRecord]) throws(EngineError) {
        for record in moved {
            _ = try inDatabase { () throws(PostgresError) in
                try connection.query(
                    """
                    INSERT INTO tapefold.effect_debt (view, topic, partition, log_offset)
                    SELECT view, $1, $4, $5 FROM tapefold.effect_mark
                    WHERE topic = $1 AND partition = $2 AND next_offset <= $3
                    UNION SELECT view, $1, $4, $5 FROM tapefold.effect_debt
                    WHERE topic = $1 AND partition = $2 AND log_offset = $3
                    ON CONFLICT DO NOTHING
                    """, record.parameters(topic))
            }
        }
    }

    /// Places of events that operators decided to drop; none in a database that knows no decisions.
    func decidedPlaces(_ topic: String) throws(EngineError) -> Set<MovedRecord.Place> {
        try inDatabase { () throws(PostgresError) in
            let known = try connection.query("SELECT to_regclass('tapefold.decision') IS NOT NULL")
            guard try known.bool(0, 0) else { return [] }
            let rows = try connection.query(
                "SELECT DISTINCT partition, log_offset FROM tapefold.decision WHERE topic = $1", [.text(topic)])
            var places: Set<MovedRecord.Place> = []
            for row in 0..<rows.rowCount {
                places.insert(
                    MovedRecord.Place(partition: Int(try rows.int32(row, 0)), offset: try rows.int64(row, 1)))
            }
            return places
        }
    }

    /// A decision holds for the event, wherever it lies.
    func carryDecisions(_ topic: String, _ moved: [MovedRecord]) throws(EngineError) {
        for record in moved {
            _ = try inDatabase { () throws(PostgresError) in
                try connection.query(
                    """
                    INSERT INTO tapefold.decision (view, topic, partition, log_offset, code, reason, event_source,
                        event_id, record_hash, decided_by, decided_at, note)
                    SELECT view, topic, $4, $5, code, reason, event_source, event_id, record_hash, decided_by,
                        decided_at, note
                    FROM tapefold.decision WHERE topic = $1 AND partition = $2 AND log_offset = $3
                    ON CONFLICT DO NOTHING
                    """, record.parameters(topic))
            }
        }
    }

    /// Throws while one of the topics is half moved: a view folded from it now would lack events.
    static func requireNone(
        of topics: [String], on connection: PostgresConnection
    ) throws(EngineError) {
        let rows = try inDatabase { () throws(PostgresError) in
            try connection.query("SELECT topic, new_count FROM tapefold.repartition WHERE finished_at IS NULL")
        }
        for row in 0..<rows.rowCount {
            let (topic, count) = try inDatabase { () throws(PostgresError) in
                (try rows.text(row, 0), try rows.int32(row, 1))
            }
            guard topics.contains(topic) else { continue }
            throw EngineError(
                .topology,
                "topic \(topic) is being repartitioned: let `tapefold topics repartition \(topic) --partitions \(count)` "
                    + "come to its end first")
        }
    }
}

/// An event that moved.
struct MovedRecord {
    struct Place: Hashable {
        let partition: Int
        let offset: Int64
    }

    let from: Place
    let to: Place

    /// The topic, where it was, where it is.
    fileprivate func parameters(_ topic: String) -> [PostgresParameter] {
        [
            .text(topic), .int32(Int32(from.partition)), .int64(from.offset), .int32(Int32(to.partition)),
            .int64(to.offset),
        ]
    }
}
