import Domain
import Postgres

extension PostgresParameter {
    static func text(_ value: String?) -> PostgresParameter { value.map { .text($0) } ?? .null(.text) }
    static func int32(_ value: Int?) -> PostgresParameter { value.map { .int32(Int32(clamping: $0)) } ?? .null(.int32) }
    static func int64(_ value: Int64?) -> PostgresParameter { value.map { .int64($0) } ?? .null(.int64) }
    static func bytes(_ value: [UInt8]?) -> PostgresParameter { value.map { .bytea($0) } ?? .null(.bytea) }
    static func time(_ value: Timestamp?) -> PostgresParameter {
        value.map { .timestamptz($0.microseconds) } ?? .null(.timestamptz)
    }
}

extension PostgresResult {
    func time(_ row: Int, _ column: Int) throws(PostgresError) -> Timestamp {
        Timestamp(microseconds: try timestamptz(row, column))
    }

    func timeIfPresent(_ row: Int, _ column: Int) throws(PostgresError) -> Timestamp? {
        try timestamptzIfPresent(row, column).map { Timestamp(microseconds: $0) }
    }

    func bytesIfPresent(_ row: Int, _ column: Int) throws(PostgresError) -> [UInt8]? {
        isNull(row, column) ? nil : try byteArray(row, column)
    }
}
