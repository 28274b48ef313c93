import Domain
import Engine
import Postgres
import Projections
import TestKit
import Testing

/// Tables of the live builds beside the oracles' rows, in the columns that the oracles know.
struct OracleTables {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    func differences(_ events: [FoldEvent]) throws -> [String] {
        let decoded = events.map(\.decoded)
        let positions = try NaivePositions(decoded).rows()
        let market = NaiveMarket(events, calendar: try .standard()).rows()
        return try compare("positions", "trades", positions.trades)
            + compare("positions", "lot_closures", positions.closures)
            + compare("positions", "positions", positions.positions)
            + compare("orders", "orders", NaiveOrders(decoded).rows())
            + compare("market", "quotes", market.quotes) + compare("market", "candles", market.candles)
    }

    private func compare(_ view: String, _ name: String, _ expected: Set<PresentedRow>) throws -> [String] {
        let build = try #require(try BuildCatalog(connection).liveBuild(of: view))
        let table = try #require(
            ViewRegistry.standard.fold(named: view).schema.tables.first { $0.name == name })
        let columns = Set(expected.flatMap(\.keys))
        var missing = Set(expected.map(Self.text))
        var differences: [String] = []
        let list = table.columns.map(\.name).joined(separator: ", ")
        try connection.copyOut("COPY (SELECT \(list) FROM \(build.schema).\(name)) TO STDOUT (FORMAT binary)") {
            bytes in
            var walk = PostgresCopyRow(bytes)
            let row = MemoryRow(fields: table.columns.map { _ in walk.next().map { Array($0) } })
            let shown = ((try? row.presented(table)) ?? [:]).filter { columns.contains($0.key) }
            let text = Self.text(shown)
            if missing.remove(text) == nil { differences.append("\(name) should not have \(text)") }
        }
        differences += missing.map { "\(name) lacks \($0)" }
        guard !differences.isEmpty else { return [] }
        return differences.sorted().prefix(ProcessTestLimits.differencesNamed)
            + ["\(name): \(differences.count) differences in \(expected.count) rows"]
    }

    private static func text(_ row: PresentedRow) -> String {
        row.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}
