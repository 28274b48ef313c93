/// The object id of a PostgreSQL type.
@frozen
public struct PostgresOID: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let bool = PostgresOID(rawValue: 16)
    public static let bytea = PostgresOID(rawValue: 17)
    public static let int64 = PostgresOID(rawValue: 20)
    public static let int16 = PostgresOID(rawValue: 21)
    public static let int32 = PostgresOID(rawValue: 23)
    public static let text = PostgresOID(rawValue: 25)
    public static let json = PostgresOID(rawValue: 114)
    public static let float64 = PostgresOID(rawValue: 701)
    public static let varchar = PostgresOID(rawValue: 1043)
    public static let date = PostgresOID(rawValue: 1082)
    public static let timestamp = PostgresOID(rawValue: 1114)
    public static let timestamptz = PostgresOID(rawValue: 1184)
    public static let numeric = PostgresOID(rawValue: 1700)
    public static let uuid = PostgresOID(rawValue: 2950)
    public static let jsonb = PostgresOID(rawValue: 3802)

    /// The type of an array of this element type, where this module knows it.
    public var arrayOID: PostgresOID? {
        switch self {
        case .bool: PostgresOID(rawValue: 1000)
        case .bytea: PostgresOID(rawValue: 1001)
        case .int16: PostgresOID(rawValue: 1005)
        case .int32: PostgresOID(rawValue: 1007)
        case .text: PostgresOID(rawValue: 1009)
        case .varchar: PostgresOID(rawValue: 1015)
        case .int64: PostgresOID(rawValue: 1016)
        case .float64: PostgresOID(rawValue: 1022)
        case .timestamp: PostgresOID(rawValue: 1115)
        case .date: PostgresOID(rawValue: 1182)
        case .timestamptz: PostgresOID(rawValue: 1185)
        case .numeric: PostgresOID(rawValue: 1231)
        case .json: PostgresOID(rawValue: 199)
        case .uuid: PostgresOID(rawValue: 2951)
        case .jsonb: PostgresOID(rawValue: 3807)
        default: nil
        }
    }
}

/// Conversion between the Unix epoch and PostgreSQL's own (2000-01-01).
public enum PostgresEpoch {
    /// Microseconds from the Unix epoch to PostgreSQL's.
    public static let unixMicroseconds: Int64 = 946_684_800_000_000
}
