/// The PostgreSQL types that view tables use, with the object ids of their binary formats.
public enum ColumnType: Sendable, Equatable {
    case int16
    case int32
    case int64
    /// `text COLLATE "C"`: ordered by bytes, as the folds order their keys.
    case text
    case bool
    case timestamp
    /// Days since 2000-01-01 as PostgreSQL's `date`.
    case date
    case bytes
    /// `numeric(38,8)`, read and written as an `Int128` at scale 8.
    case amount

    /// The type's object id in `pg_type`.
    public var oid: UInt32 {
        switch self {
        case .int16: 21
        case .int32: 23
        case .int64: 20
        case .text: 25
        case .bool: 16
        case .timestamp: 1184
        case .date: 1082
        case .bytes: 17
        case .amount: 1700
        }
    }

    /// The object id of an array of this type.
    public var arrayOid: UInt32 {
        switch self {
        case .int16: 1005
        case .int32: 1007
        case .int64: 1016
        case .text: 1009
        case .bool: 1000
        case .timestamp: 1185
        case .date: 1182
        case .bytes: 1001
        case .amount: 1231
        }
    }

    /// The type as a table definition writes it.
    public var sql: String {
        switch self {
        case .int16: "smallint"
        case .int32: "integer"
        case .int64: "bigint"
        case .text: "text COLLATE \"C\""
        case .bool: "boolean"
        case .timestamp: "timestamptz"
        case .date: "date"
        case .bytes: "bytea"
        case .amount: "numeric(38,8)"
        }
    }

    /// The type of an array parameter, for casts.
    public var arraySql: String {
        switch self {
        case .text: "text[]"
        case .amount: "numeric[]"
        default: sql + "[]"
        }
    }
}
