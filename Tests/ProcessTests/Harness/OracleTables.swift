import Domain
import Engine
import Kafka
import Postgres
import Projections
import TestKit
import Testing

/// Tables of the live builds beside the oracles' rows, in the columns that the oracles know.
struct OracleTables {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// Which part of the rows to compare: those of the keys of one lane.
    typealias Lane = (number: Int32, count: Int32)

    /// Of views `positions`, `orders` and `market`.
    /// - Parameter lane: nil compares all rows; else `events` are those of the lane.
    func differences(_ events: [FoldEvent], lane: Lane? = nil) throws -> [String] {
        try positionsDifferences(events, lane: lane) + ordersDifferences(events, lane: lane)
            + marketDifferences(events, lane: lane)
    }

    func positionsDifferences(_ events: [FoldEvent], lane: Lane? = nil) throws -> [String] {
        let positions = try NaivePositions(events.map(\.decoded)).rows()
        return try compare("positions", "trades", positions.trades, lane)
            + compare("positions", "lot_closures", positions.closures, lane)
            + compare("positions", "positions", positions.positions, lane)
    }

    func ordersDifferences(_ events: [FoldEvent], lane: Lane? = nil) throws -> [String] {
        try compare("orders", "orders", NaiveOrders(events.map(\.decoded)).rows(), lane)
    }

    func marketDifferences(_ events: [FoldEvent], lane: Lane? = nil) throws -> [String] {
        let market = NaiveMarket(events, calendar: try .standard()).rows()
        return try compare("market", "quotes", market.quotes, lane) + compare("market", "candles", market.candles, lane)
    }

    /// Of view `analytics`, likewise.
    func analyticsDifferences(_ events: [FoldEvent], lane: Lane? = nil) throws -> [String] {
        let decoded = events.map(\.decoded)
        let oracle = try NaiveAnalytics(decoded)
        return try compare("analytics", "days", oracle.dayRows(), lane)
            + compare("analytics", "trades", NaivePositions(decoded).rows().trades, lane)
            + compare("analytics", "payments", oracle.paymentRows(), lane)
    }

    /// Of view `cash`, likewise.
    func cashDifferences(_ events: [FoldEvent], lane: Lane? = nil) throws -> [String] {
        let oracle = try NaiveCash(events.map(\.decoded))
        let balances = oracle.balances.map { key, accounts in
            accounts.mapValues(\.description).merging(["user_id": key[0], "currency": key[1]]) { $1 }
        }
        return try compare("cash", "cash_entries", oracle.entries, lane)
            + compare("cash", "cash_balances", Set(balances), lane)
    }

    /// Of view `cart`, likewise: each cart's lines in their order, without the times that the oracle does not know.
    func cartDifferences(_ events: [FoldEvent], lane: Lane? = nil) throws -> [String] {
        let build = try #require(try BuildCatalog(connection).liveBuild(of: "cart"))
        let found = try connection.query(
            """
            SELECT user_id, coalesce((SELECT string_agg(concat_ws(' ', l.line->>'exchange', l.line->>'symbol',
                    l.line->>'quantity_e8', coalesce(l.line->>'price_e8', '-'), l.line->'rules'), ', ' ORDER BY l.place)
                FROM jsonb_array_elements(lines::jsonb) WITH ORDINALITY AS l(line, place)), '')
            FROM \(build.schema).carts
            """)
        var carts: [String: String] = [:]
        for row in 0..<found.rowCount {
            let user = try found.text(row, 0)
            if let lane, !Self.isIn(lane, Array(user.utf8)) { continue }
            carts[user] = try found.text(row, 1)
        }
        let expected = NaiveCart(events.map(\.decoded)).carts.mapValues { lines in
            lines.map { line in
                let rules = line.rules.map { "\"\($0)\"" }.joined(separator: ", ")
                return "\(line.instrument.exchange) \(line.instrument.symbol) \(line.quantity) "
                    + "\(line.price.map { "\($0)" } ?? "-") [\(rules)]"
            }.joined(separator: ", ")
        }
        let users = Set(carts.keys).union(expected.keys).filter { carts[$0] != expected[$0] }
        return users.sorted().prefix(ProcessTestLimits.differencesNamed).map { user in
            "cart of \(user): \(carts[user] ?? "none"), should be \(expected[user] ?? "none")"
        }
    }

    private func compare(
        _ view: String, _ name: String, _ expected: Set<PresentedRow>, _ lane: Lane?
    ) throws -> [String] {
        let build = try #require(try BuildCatalog(connection).liveBuild(of: view))
        let table = try #require(
            ViewRegistry.standard.fold(named: view).schema.tables.first { $0.name == name })
        let columns = Set(expected.flatMap(\.keys))
        var missing = Set(expected.map(Self.text))
        var differences: [String] = []
        let list = table.columns.map(\.name).joined(separator: ", ")
        let keyColumn = ["user_id", "symbol"].lazy.compactMap { name in
            table.columns.firstIndex { $0.name == name && $0.type == .text }
        }.first
        try connection.copyOut("COPY (SELECT \(list) FROM \(build.schema).\(name)) TO STDOUT (FORMAT binary)") {
            bytes in
            var walk = PostgresCopyRow(bytes)
            let row = MemoryRow(fields: table.columns.map { _ in walk.next().map { Array($0) } })
            if let lane, let keyColumn, !Self.isIn(lane, row.fields[keyColumn] ?? []) { return }
            let presented = (try? row.presented(table)) ?? [:]
            let text = Self.text(presented.filter { columns.contains($0.key) })
            if missing.remove(text) == nil { differences.append("\(name) should not have \(text)") }
        }
        differences += missing.map { "\(name) lacks \($0)" }
        guard !differences.isEmpty else { return [] }
        return differences.sorted().prefix(ProcessTestLimits.differencesNamed)
            + ["\(name): \(differences.count) differences in \(expected.count) rows"]
    }

    private static func isIn(_ lane: Lane, _ key: [UInt8]) -> Bool {
        KafkaPartitioner.murmur2.partition(forKey: key, count: lane.count) == lane.number
    }

    private static func text(_ row: PresentedRow) -> String {
        row.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}
