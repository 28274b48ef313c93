import Foundation
import Postgres
import Testing

/// Compares the positions view in the database with what the oracle says, row by row.
enum PositionsComparison {
    /// The first differences in words; none when all rows are the same. `schema` is where the relations lie.
    static func differences(
        _ expected: ExpectedRows, _ connection: PostgresConnection, relations: String = "api."
    ) throws -> [String] {
        try compare("positions", expected.positions, connection, positions(relations))
            + compare("trades", expected.trades, connection, trades(relations))
            + compare("lot_closures", expected.closures, connection, closures(relations))
    }

    private static func compare(
        _ name: String, _ expected: [String: String], _ connection: PostgresConnection, _ sql: String
    ) throws -> [String] {
        var missing = expected
        var differences: [String] = []
        var count = 0
        func note(_ text: String) {
            count += 1
            if differences.count < ProcessTestLimits.differencesNamed { differences.append("\(name): \(text)") }
        }
        try connection.copyOut("COPY (\(sql)) TO STDOUT") { line in
            let text = String(decoding: line, as: UTF8.self)
            let parts = text.dropLast().split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
            let (key, value) = (String(parts[0]), String(parts[1]))
            guard let wanted = missing.removeValue(forKey: key) else {
                return note("\(key) should not be there: \(value)")
            }
            if wanted != value { note("\(key) is \(value), should be \(wanted)") }
        }
        for (key, value) in missing.prefix(ProcessTestLimits.differencesNamed) { note("\(key) is missing: \(value)") }
        if !differences.isEmpty { differences.append("\(name): \(count) differences in \(expected.count) rows") }
        return differences
    }

    private static func units(_ column: String) -> String {
        "coalesce((\(column) * 100000000)::numeric(40,0)::text, '-')"
    }

    private static func time(_ column: String) -> String { "(extract(epoch FROM \(column)) * 1000000)::bigint" }

    private static func positions(_ relations: String) -> String {
        let figures = ["quantity", "average_price", "gross_pnl", "realized_pnl", "net_pnl", "fees", "open_fees"]
        return """
            SELECT concat_ws('|', user_id, account, instrument), concat_ws('|', \(figures.map(units).joined(separator: ", ")))
            FROM \(relations)positions
            """
    }

    private static func trades(_ relations: String) -> String {
        """
        SELECT concat_ws('|', user_id, trade_id),
            concat_ws('|', account, symbol, side, \(units("quantity")), \(units("price")), \(units("fees")),
                \(time("executed_at")), voided, \(units("closed_quantity")), \(units("gross_pnl")), \(units("realized_pnl")))
        FROM \(relations)trades
        """
    }

    private static func closures(_ relations: String) -> String {
        """
        SELECT concat_ws('|', user_id, exit_trade_id, ordinal),
            concat_ws('|', entry_trade_id, direction, \(units("quantity")), \(units("entry_price")), \(units("exit_price")),
                \(time("entry_at")), \(time("exit_at")), \(units("gross_pnl")), \(units("fees")), \(units("realized_pnl")))
        FROM \(relations)lot_closures
        """
    }
}

extension Stack {
    /// Fails the test with the first differences between the positions view and the oracle.
    func expectPositions(_ oracle: TradeOracle, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let differences = try PositionsComparison.differences(try oracle.rows(), try database())
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))", sourceLocation: sourceLocation)
    }
}
