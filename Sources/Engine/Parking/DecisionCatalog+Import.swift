import Events
import Postgres

/// What taking over decisions did.
public struct DecisionImport: Sendable, Equatable {
    /// New to this database.
    public var added = 0
    /// Here already, word for word or with other words about the same record.
    public var known = 0
    /// Here already, but about another record at the same place: left as they were.
    public var contradicted: [EventPlace] = []
    /// Parked here: their lanes were asked to drop them.
    public var parked = 0
    /// Folded here already, by view: only a rebuild leaves them out.
    public var folded: [String: Int] = [:]
}

extension DecisionCatalog {
    /// Takes over decisions, as from another installation, and sees to it that live lanes obey them.
    public func add(_ decisions: [Decision], by author: String) throws(PostgresError) -> DecisionImport {
        try connection.transaction { () throws(PostgresError) in
            var outcome = DecisionImport()
            for decision in decisions { try add(decision, by: author, &outcome) }
            try askForReload(decisions, by: author)
            return outcome
        }
    }

    private func add(
        _ decision: Decision, by author: String, _ outcome: inout DecisionImport
    ) throws(PostgresError) {
        let added = try connection.cachedQuery(Self.insert, Self.parameters(decision)).commandTuples == 1
        guard added else {
            if try recordHash(at: decision) == decision.recordHash {
                outcome.known += 1
            } else {
                outcome.contradicted.append(decision.place)
            }
            return
        }
        outcome.added += 1
        switch try standing(of: decision) {
        case .ahead: break
        case .folded: outcome.folded[decision.view, default: 0] += 1
        case .parked(let key):
            outcome.parked += 1
            try askForDrop(decision, key: key, by: author)
        }
    }

    private func recordHash(at decision: Decision) throws(PostgresError) -> ContentHash? {
        let rows = try connection.cachedQuery(
            """
            SELECT record_hash FROM tapefold.decision
            WHERE view = $1 AND partition = $2 AND topic = $3 AND log_offset = $4
            """, place(decision))
        return try rows.bytesIfPresent(0, 0).flatMap { ContentHash($0) }
    }

    private func place(_ decision: Decision) -> [PostgresParameter] {
        [
            .text(decision.view), .int32(Int32(decision.place.partition)), .text(decision.place.topic),
            .int64(decision.place.offset),
        ]
    }

    private enum Standing {
        /// The live build has not come to it, or there is none.
        case ahead
        case folded
        case parked(key: String?)
    }

    private func standing(of decision: Decision) throws(PostgresError) -> Standing {
        let parked = try connection.cachedQuery(
            """
            SELECT parking_key, record_value FROM tapefold.parked_event
            WHERE view = $1 AND build = \(ParkingCatalog.live) AND lane = $2 AND topic = $3 AND log_offset = $4
            """, place(decision))
        if parked.rowCount == 1 {
            let hash =
                parked.isNull(0, 1)
                ? ContentHash(record: .init(start: nil, count: 0))
                : ContentHash(record: parked.bytes(0, 1))
            let isMeant = decision.recordHash.map { $0 == hash } ?? true
            return isMeant ? .parked(key: try parked.textIfPresent(0, 0)) : .ahead
        }
        return try isFolded(decision.place, by: decision.view) ? .folded : .ahead
    }

    /// Whether the view's live build is behind the event, so that only a parked one can still be dropped.
    public func isFolded(_ place: EventPlace, by view: String) throws(PostgresError) -> Bool {
        let checkpoint = try connection.cachedQuery(
            """
            SELECT next_offset FROM tapefold.checkpoint
            WHERE view = $1 AND build = \(ParkingCatalog.live) AND lane = $2 AND topic = $3 AND next_offset > $4
            """, [.text(view), .int32(Int32(place.partition)), .text(place.topic), .int64(place.offset)])
        return checkpoint.rowCount == 1
    }

    private func askForDrop(
        _ decision: Decision, key: String?, by author: String
    ) throws(PostgresError) {
        try connection.cachedQuery(
            """
            INSERT INTO tapefold.parking_request (view, lane, topic, log_offset, action, parking_key, requested_by, note)
            VALUES ($1, $2, $3, $4, 'drop', $5, $6, $7)
            """, place(decision) + [.text(key), .text(author), .text(decision.note)])
    }

    private func askForReload(_ decisions: [Decision], by author: String) throws(PostgresError) {
        let lanes = Set(decisions.map { Lane(view: $0.view, number: $0.place.partition) })
        for lane in lanes {
            try connection.cachedQuery(
                """
                INSERT INTO tapefold.parking_request (view, lane, action, requested_by) VALUES ($1, $2, 'reload', $3)
                """, [.text(lane.view), .int32(Int32(lane.number)), .text(author)])
        }
    }

    private struct Lane: Hashable {
        let view: String
        let number: Int
    }
}
