import Postgres

/// The live build of every view and how far it has folded, as one snapshot saw them.
struct LiveViews: Sendable, Equatable {
    struct View: Sendable, Equatable {
        /// As `tapefold.build` names it, for people.
        let build: String
        /// The schema's name, quoted for SQL.
        let schema: String
        var positions: [LogPosition] = []
    }

    private(set) var views: [ViewName: View] = [:]

    /// All live builds; the offsets of the views that the parameter names. OFFSET 0 keeps the planner from reading the
    /// offsets of all views and throwing most away.
    static let query = """
        SELECT b.view, b.build, quote_ident(b.schema_name), c.topic, c.lane, c.next_offset
        FROM tapefold.build b
        LEFT JOIN LATERAL (
            SELECT topic, lane, next_offset FROM tapefold.checkpoint
            WHERE view = b.view AND build = b.build AND b.view = ANY($1) OFFSET 0
        ) c ON true
        WHERE b.status = 'live'
        ORDER BY b.view, c.topic, c.lane
        """

    static func parameters(_ views: [ViewName] = ViewName.allCases) throws(PostgresError) -> [PostgresParameter] {
        [try SQLValue.texts(views.map(\.rawValue)).parameter()]
    }

    init() {}

    init(_ result: PostgresResult) throws(PostgresError) {
        for row in 0..<result.rowCount {
            guard let name = ViewName(rawValue: try result.text(row, 0)) else { continue }
            if views[name] == nil {
                views[name] = View(build: try result.text(row, 1), schema: try result.text(row, 2))
            }
            guard !result.isNull(row, 3) else { continue }
            let position = LogPosition(
                topic: try result.text(row, 3), partition: Int32(truncatingIfNeeded: try result.int64(row, 4)),
                offset: try result.int64(row, 5))
            views[name]?.positions.append(position)
        }
    }

    subscript(name: ViewName) -> View? { views[name] }

    /// The relation `api_<name>` of a live view; plans run only once their views are known to be live.
    func relation(_ view: ViewName, _ name: String) -> String {
        "\(views[view]?.schema ?? "api").api_\(name)"
    }

    func sameSchemas(as other: LiveViews, of names: [ViewName]) -> Bool {
        names.allSatisfy { views[$0]?.schema == other.views[$0]?.schema }
    }

    /// The value of `Tapefold-Position` for an answer from these views: a topic that two of them read counts as far as
    /// both have got.
    func positionHeader(of names: [ViewName]) -> String {
        var lowest: [LogPosition] = []
        var indices: [String: Int] = [:]
        for position in names.flatMap({ views[$0]?.positions ?? [] }) {
            let key = "\(position.topic)/\(position.partition)"
            if let index = indices[key] {
                if position.offset < lowest[index].offset { lowest[index] = position }
            } else {
                indices[key] = lowest.count
                lowest.append(position)
            }
        }
        return lowest.map(\.description).joined(separator: ",")
    }

    /// The first wanted position that the views have not reached, or nil when they have reached all.
    ///
    /// A topic that none of these views reads, but another live view does, cannot change the answer: it holds nothing up.
    func firstBehind(_ wanted: [LogPosition], of names: [ViewName]) -> LogPosition? {
        wanted.first { !isReached($0, by: names) }
    }

    private func isReached(_ wanted: LogPosition, by names: [ViewName]) -> Bool {
        let readers = names.filter { name in views[name]?.positions.contains { $0.topic == wanted.topic } ?? false }
        guard !readers.isEmpty else {
            return views.values.contains { view in view.positions.contains { $0.topic == wanted.topic } }
        }
        return readers.allSatisfy { name in
            let reached = views[name]?.positions.first { $0.topic == wanted.topic && $0.partition == wanted.partition }
            return (reached?.offset ?? 0) >= wanted.offset
        }
    }
}
