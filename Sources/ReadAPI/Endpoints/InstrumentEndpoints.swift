import Domain
import Events
import Postgres

/// `instruments`: master data, by symbol; found by the beginnings of words of symbol and name.
enum InstrumentEndpoints {
    private static let types = InstrumentType.allCases.map(\.rawValue)

    static let routes: [Route] = [
        Route(
            "/v1/instruments", "listInstruments", access: .bearer,
            parameters: [
                .query("query", .text), .query("exchange", .text), .query("type", .choice(types, default: nil)),
                .query("underlying", .text), .query("expiry", .date),
            ] + CommonParameters.page + [CommonParameters.after], action: .read(list))
    ]

    private static let columns: [Column] = [
        .text("symbol", "i.symbol"), .text("exchange", "i.exchange"), .text("type", "i.type"),
        .text("name", "i.name"), .text("token", "i.token"), .text("isin", "i.isin"),
        .text("underlying", "i.underlying"), .text("expiry", "i.expiry::text"), .decimal("strike", "i.strike"),
        .decimal("lotSize", "i.lot_size"), .decimal("tickSize", "i.tick_size"), .text("sector", "i.sector"),
        .time("updatedAt", "i.updated_at"),
        // A build of fold 1, which a newer read API may meet until it is replayed, has no such column: null there.
        .text("exchangeType", "to_jsonb(i) ->> 'exchange_type'"),
    ]

    /// Only conditions that are asked for, so that each kind of question finds its index.
    private static func list(_ call: Call) throws(Problem) -> ReadPlan {
        let page = Page(call)
        let key = try Cursor.key(of: call, parts: 2) ?? ["", ""]
        var parameters: [SQLValue] = [.text(key[0]), .text(key[1]), page.queryLimit]
        var conditions = ["(i.symbol, i.exchange) > ($1, $2)"]
        func add(_ value: String?, _ condition: (String) -> String) {
            guard let value else { return }
            parameters.append(.text(value))
            conditions.append(condition("$\(parameters.count)"))
        }
        add(try words(of: call)) { "to_tsvector('simple'::regconfig, i.search_text) @@ \($0)::tsquery" }
        add(call.arguments.text("exchange")) { "i.exchange = \($0)" }
        add(call.arguments.text("type")) { "i.type = \($0)" }
        add(call.arguments.text("underlying")) { "i.underlying = \($0)" }
        add(call.arguments.date("expiry")?.description) { "i.expiry = \($0)::date" }
        let statement = ReadStatement(
            text: { [conditions] live in
                """
                SELECT \(columns.selected) FROM \(live.relation(.instruments, "instruments")) i
                WHERE \(conditions.joined(separator: " AND ")) ORDER BY i.symbol, i.exchange LIMIT $3
                """
            }, parameters: parameters)
        return ReadPlan(views: [.instruments], after: call.arguments.after, statements: [statement]) {
            (results, writer) throws(ReadFailure) in
            let result = results[0]
            try page.write(
                result, to: &writer,
                key: { (row) throws(PostgresError) in [try result.text(row, 0), try result.text(row, 1)] },
                row: { (writer, row) throws(ReadFailure) in try writer.row(columns, of: result, row: row) })
        }
    }

    /// All words must begin a word of the instrument. Each is quoted: a letter may carry marks that tsquery reads as its own.
    private static func words(of call: Call) throws(Problem) -> String? {
        guard let text = call.arguments.text("query") else { return nil }
        let words = text.lowercased().split { !($0.isLetter || $0.isNumber) }
        guard !words.isEmpty, words.count <= ReadAPILimits.searchWords else {
            throw .invalidParameter(
                "query", value: text, reason: "has \(words.count) words; give 1 to \(ReadAPILimits.searchWords)")
        }
        return words.map { "\(quoted($0)):*" }.joined(separator: " & ")
    }

    /// By scalars: a quote that belongs to a larger character is one to tsquery.
    private static func quoted(_ word: Substring) -> String {
        var text = "'"
        for scalar in word.unicodeScalars {
            if scalar == "'" || scalar == "\\" { text.unicodeScalars.append(scalar) }
            text.unicodeScalars.append(scalar)
        }
        text.unicodeScalars.append("'")
        return text
    }
}
