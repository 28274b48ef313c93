import Domain
import Postgres

/// One field of an answer: where it comes from and how it is written.
struct Column: Sendable {
    enum Kind: Sendable {
        case text, decimal, time, bool
        /// A count, selected as bigint.
        case integer
        /// jsonb, selected as text.
        case json
    }

    let field: StaticString
    let sql: String
    let kind: Kind

    static func text(_ field: StaticString, _ sql: String) -> Column { Column(field: field, sql: sql, kind: .text) }
    static func decimal(_ field: StaticString, _ sql: String) -> Column {
        Column(field: field, sql: sql, kind: .decimal)
    }
    static func time(_ field: StaticString, _ sql: String) -> Column { Column(field: field, sql: sql, kind: .time) }
    static func bool(_ field: StaticString, _ sql: String) -> Column { Column(field: field, sql: sql, kind: .bool) }
    static func integer(_ field: StaticString, _ sql: String) -> Column {
        Column(field: field, sql: sql + "::bigint", kind: .integer)
    }
    static func json(_ field: StaticString, _ sql: String) -> Column {
        Column(field: field, sql: sql + "::text", kind: .json)
    }
}

extension [Column] {
    /// The columns as a select list.
    var selected: String { map(\.sql).joined(separator: ", ") }
}

extension JSONWriter {
    /// Writes the members of one row; `columns` are the first of the result.
    mutating func members(_ columns: [Column], of result: PostgresResult, row: Int) throws(ReadFailure) {
        for (index, column) in columns.enumerated() {
            key(column.field)
            if result.isNull(row, index) {
                null()
                continue
            }
            do throws(PostgresError) {
                try value(column.kind, of: result, row: row, column: index)
            } catch {
                throw .database(error)
            }
        }
    }

    private mutating func value(
        _ kind: Column.Kind, of result: PostgresResult, row: Int, column: Int
    ) throws(PostgresError) {
        switch kind {
        case .text: string(result.bytes(row, column))
        case .decimal: decimal(units: try result.numericUnits(row, column))
        case .time: time(try Timestamp(database: result.timestamptz(row, column)))
        case .bool: bool(try result.bool(row, column))
        case .integer: integer(try result.int64(row, column))
        case .json: raw(result.bytes(row, column))
        }
    }

    /// A whole row as an object.
    mutating func row(_ columns: [Column], of result: PostgresResult, row: Int) throws(ReadFailure) {
        open(UInt8(ascii: "{"))
        try members(columns, of: result, row: row)
        close(UInt8(ascii: "}"))
    }
}

extension Timestamp {
    /// A time from the database, which could hold years this system never writes.
    init(database microseconds: Int64) throws(PostgresError) {
        guard let time = Timestamp(checkingMicroseconds: microseconds) else {
            throw .usage("\(microseconds) µs is outside the years 1 to 9999")
        }
        self = time
    }
}
