import Postgres

/// Writes `{"items":[…],"nextCursor":…}` from a result that may hold one row more than the page, which only says that
/// there is a next page.
struct Page: Sendable {
    let operation: String
    let limit: Int

    init(_ call: Call) {
        operation = call.list
        limit = call.arguments.limit
    }

    /// What the statement must ask for.
    var queryLimit: SQLValue { .integer(limit + 1) }

    /// `key` gives a row's sort key as the cursor holds it; `end` may add members behind the list.
    func write(
        _ result: PostgresResult, to writer: inout JSONWriter,
        key: (Int) throws(PostgresError) -> [String],
        row: (inout JSONWriter, Int) throws(ReadFailure) -> Void,
        end: (inout JSONWriter) throws(ReadFailure) -> Void = { (_) throws(ReadFailure) in }
    ) throws(ReadFailure) {
        let count = min(result.rowCount, limit)
        writer.open(UInt8(ascii: "{"))
        writer.key("items")
        writer.open(UInt8(ascii: "["))
        for index in 0..<count { try row(&writer, index) }
        writer.close(UInt8(ascii: "]"))
        writer.key("nextCursor")
        if result.rowCount > limit {
            do throws(PostgresError) {
                writer.string(Cursor.encode(operation, try key(count - 1)))
            } catch {
                throw .database(error)
            }
        } else {
            writer.null()
        }
        try end(&writer)
        writer.close(UInt8(ascii: "}"))
    }
}

extension Page {
    /// Writes the members `items` and `nextCursor` of a list in memory.
    func members<Items: RandomAccessCollection>(
        _ items: Items, to writer: inout JSONWriter, key: (Items.Element) -> [String],
        item: (Items.Element, inout JSONWriter) -> Void
    ) {
        let page = items.prefix(limit)
        writer.key("items")
        writer.array { list in
            for element in page { item(element, &list) }
        }
        writer.key("nextCursor")
        if items.count > limit, let last = page.last {
            writer.string(Cursor.encode(operation, key(last)))
        } else {
            writer.null()
        }
    }
}

/// Parameters that several routes share.
enum CommonParameters {
    static let after = RouteParameter.query("after", .positions)
    static let page: [RouteParameter] = [.query("limit", .limit), .query("cursor", .cursor)]
    /// By a time, newest or oldest first.
    static func sort(_ field: String, newestFirst: Bool = true) -> RouteParameter {
        .query("sort", .choice(["-\(field)", field], default: newestFirst ? "-\(field)" : field))
    }

    static let fields = RouteParameter.query("fields", .fields)
    static let user = RouteParameter.query("userId", .text)
    static let book: [RouteParameter] = [
        .query("account", .text), .query("exchange", .text), .query("symbol", .symbol),
    ]
    static let period: [RouteParameter] = [.query("from", .time), .query("to", .time)]
    static let labels: [RouteParameter] = [.query("category", .text), .query("strategy", .text)]
}

/// Which way a list by time goes.
struct TimeOrder: Sendable {
    let isNewestFirst: Bool

    init(isNewestFirst: Bool) { self.isNewestFirst = isNewestFirst }

    init(_ call: Call, newestFirst: Bool = true) {
        isNewestFirst = call.arguments.text("sort").map { $0.hasPrefix("-") } ?? newestFirst
    }

    var direction: String { isNewestFirst ? "DESC" : "ASC" }
    /// What a row's key must be to that of the last row given out.
    var comparison: String { isNewestFirst ? "<" : ">" }
    /// In front of the first row.
    var start: Int64 { isNewestFirst ? Call.latest : Call.earliest }
}

extension Call {
    /// The filters account, exchange and symbol. A symbol without an exchange takes that of the filter `exchange`, else the
    /// default one.
    var bookFilters: [SQLValue] {
        let name = arguments.symbol("symbol")
        let exchange = arguments.text("exchange")
        let wanted = name.map { $0.exchange ?? exchange ?? defaultExchange } ?? exchange
        // Both named and different: nothing can match, and the second condition below says so.
        return [.text(arguments.text("account")), .text(wanted), .text(name?.symbol), .text(exchange)]
    }

    /// The filters from (inclusive) and to (exclusive).
    func period() throws(Problem) -> [SQLValue] {
        let from = arguments.time("from")
        let to = arguments.time("to")
        if let from, let to, from > to {
            throw .invalidParameter("from", value: from.description, reason: "is after to (\(to))")
        }
        return [.time(from?.microseconds ?? Self.earliest), .time(to?.microseconds ?? Self.latest)]
    }

    /// Before and after every time an event may have.
    static let earliest: Int64 = -70_000_000_000_000_000
    static let latest: Int64 = 260_000_000_000_000_000
}
