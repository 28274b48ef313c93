import Postgres

/// `admin/views`: where every view stands, for operators.
enum AdminEndpoints {
    static let routes: [Route] = [
        Route("/v1/admin/views", "listViews", access: .admin, action: .read(views))
    ]

    /// One row a lane of each live build.
    private static let lanes = """
        SELECT b.view, b.build, l.lane, l.owner, l.owner_epoch, c.topics, c.offsets,
            coalesce(p.events, 0), coalesce(p.keys, 0), s.reason
        FROM tapefold.build b
        JOIN tapefold.lane l USING (view, build)
        LEFT JOIN LATERAL (
            SELECT array_agg(topic ORDER BY topic) AS topics, array_agg(next_offset ORDER BY topic) AS offsets
            FROM tapefold.checkpoint WHERE view = l.view AND build = l.build AND lane = l.lane
        ) c ON true
        LEFT JOIN LATERAL (
            SELECT count(*) AS events,
                count(DISTINCT parking_key) + count(*) FILTER (WHERE parking_key IS NULL) AS keys
            FROM tapefold.parked_event
            WHERE view = l.view AND build = l.build AND lane = l.lane
        ) p ON true
        LEFT JOIN LATERAL (
            SELECT reason FROM tapefold.pause WHERE view = l.view AND (lane = l.lane OR lane = -1) LIMIT 1
        ) s ON true
        WHERE b.status = 'live' ORDER BY b.view, l.lane
        """

    /// Builds in the making, and the sum of what they have folded beside what the live build has.
    private static let rebuilds = """
        SELECT b.view, b.build, coalesce(sum(c.next_offset), 0)::bigint, coalesce(sum(l.next_offset), 0)::bigint,
            EXISTS (
                SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
                    AND (classid::bigint << 32 | objid::bigint) = hashtextextended('tapefold.replay.' || b.view, 0)
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
        FROM tapefold.build b
        LEFT JOIN tapefold.checkpoint c USING (view, build)
        LEFT JOIN tapefold.build o ON o.view = b.view AND o.status = 'live'
        LEFT JOIN tapefold.checkpoint l ON l.view = o.view AND l.build = o.build AND l.lane = c.lane AND l.topic = c.topic
        WHERE b.status = 'building' GROUP BY b.view, b.build ORDER BY b.view
        """

    private static func views(_ call: Call) throws(Problem) -> ReadPlan {
        let ends = call.logEnds
        return ReadPlan(
            views: [], after: [],
            statements: [
                ReadStatement(text: { _ in lanes }, parameters: []),
                ReadStatement(text: { _ in rebuilds }, parameters: []),
            ]
        ) { (results, writer) throws(ReadFailure) in
            do throws(PostgresError) {
                let rebuilds = try Rebuild.read(results[1])
                let lanes = try LaneRow.read(results[0])
                write(lanes, rebuilds, ends, &writer)
            } catch {
                throw .database(error)
            }
        }
    }

    private static func write(
        _ lanes: [LaneRow], _ rebuilds: [String: Rebuild], _ ends: [String: Int64], _ writer: inout JSONWriter
    ) {
        writer.object { body in
            body.key("items")
            body.array { list in
                var rest = lanes[...]
                while let first = rest.first {
                    let own = rest.prefix { $0.view == first.view }
                    rest = rest.dropFirst(own.count)
                    list.object { view(&$0, first, own, rebuilds[first.view], ends) }
                }
            }
        }
    }

    private static func view(
        _ body: inout JSONWriter, _ first: LaneRow, _ lanes: ArraySlice<LaneRow>, _ rebuild: Rebuild?,
        _ ends: [String: Int64]
    ) {
        body.field("view", first.view)
        body.field("build", first.build)
        body.key("foldedRecords")
        body.integer(lanes.reduce(0) { $0 + $1.folded })
        body.key("lag")
        let lags = lanes.map { $0.lag(ends) }
        body.integer(lags.contains { $0 == nil } ? nil : lags.reduce(0) { $0 + ($1 ?? 0) })
        body.key("parkedEvents")
        body.integer(lanes.reduce(0) { $0 + $1.parkedEvents })
        body.key("parkedKeys")
        body.integer(lanes.reduce(0) { $0 + $1.parkedKeys })
        body.key("rebuild")
        if let rebuild { body.object { rebuild.write(&$0) } } else { body.null() }
        body.key("lanes")
        body.array { list in
            for (lane, lag) in zip(lanes, lags) {
                list.object { lane.write(&$0, lag: lag) }
            }
        }
    }

    private struct Rebuild {
        let build: String
        let records: Int64
        let total: Int64
        let isRunning: Bool

        static func read(_ rows: PostgresResult) throws(PostgresError) -> [String: Rebuild] {
            var found: [String: Rebuild] = [:]
            for row in 0..<rows.rowCount {
                found[try rows.text(row, 0)] = Rebuild(
                    build: try rows.text(row, 1), records: try rows.int64(row, 2), total: try rows.int64(row, 3),
                    isRunning: try rows.bool(row, 4))
            }
            return found
        }

        func write(_ body: inout JSONWriter) {
            body.field("build", build)
            body.key("records")
            body.integer(records)
            body.key("total")
            body.integer(total)
            body.field("running", isRunning)
        }
    }

    private struct LaneRow {
        let view: String
        let build: String
        let lane: Int32
        let owner: String?
        let epoch: Int64
        let offsets: [(topic: String, next: Int64)]
        let parkedEvents: Int64
        let parkedKeys: Int64
        let pause: String?

        static func read(_ rows: PostgresResult) throws(PostgresError) -> [LaneRow] {
            var found: [LaneRow] = []
            for row in 0..<rows.rowCount {
                var topics = try BinaryArray(rows.isNull(row, 5) ? .init(start: nil, count: 0) : rows.bytes(row, 5))
                var nexts = try BinaryArray(rows.isNull(row, 6) ? .init(start: nil, count: 0) : rows.bytes(row, 6))
                var offsets: [(topic: String, next: Int64)] = []
                for _ in 0..<topics.count {
                    let topic = String(decoding: try topics.next(), as: UTF8.self)
                    offsets.append((topic, Int64(bigEndian: try nexts.next().loadUnaligned(as: Int64.self))))
                }
                found.append(
                    LaneRow(
                        view: try rows.text(row, 0), build: try rows.text(row, 1), lane: try rows.int32(row, 2),
                        owner: try rows.textIfPresent(row, 3), epoch: try rows.int64(row, 4), offsets: offsets,
                        parkedEvents: try rows.int64(row, 7), parkedKeys: try rows.int64(row, 8),
                        pause: try rows.textIfPresent(row, 9)))
            }
            return found
        }

        var folded: Int64 { offsets.reduce(0) { $0 + $1.next } }

        /// Nil while the log's ends are not known.
        func lag(_ ends: [String: Int64]) -> Int64? {
            var sum: Int64 = 0
            for (topic, next) in offsets {
                guard let end = ends["\(topic)/\(lane)"] else { return nil }
                sum += max(0, end - next)
            }
            return sum
        }

        func write(_ body: inout JSONWriter, lag: Int64?) {
            body.key("lane")
            body.integer(lane)
            body.field("owner", owner)
            body.key("epoch")
            body.integer(epoch)
            body.key("lag")
            body.integer(lag)
            body.key("parkedEvents")
            body.integer(parkedEvents)
            body.key("parkedKeys")
            body.integer(parkedKeys)
            body.field("paused", pause)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func integer(_ value: Int64?) {
        if let value { integer(value) } else { null() }
    }
}
