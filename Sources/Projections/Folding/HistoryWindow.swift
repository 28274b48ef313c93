import Events

/// How the rows of a view lie in days, for a view of a topic that keeps no complete history: rows of days that the log no
/// longer holds whole are taken over from build to build.
///
/// A day is local to its key's exchange, counted since 1970.
public struct HistoryWindow: Sendable {
    /// A table's rows.
    public struct Rows: Sendable {
        /// The column that says a row's day.
        public enum Day: Sendable {
            case date(String)
            case time(String)
        }

        public let table: String
        public let day: Day
        /// Columns with offsets of records that the row was made of.
        public let offsets: [String]
        /// A later row takes over too, set back before the first whole day, so that a figure that no record since has told
        /// again is not lost.
        public let isSeed: Bool

        public init(_ table: String, day: Day, offsets: [String] = [], isSeed: Bool = false) {
            self.table = table
            self.day = day
            self.offsets = offsets
            self.isSeed = isSeed
        }
    }

    /// The table with a row for every key, and the text columns that are its key; all tables have these columns.
    public let keyTable: String
    public let keyColumns: [String]
    public let rows: [Rows]
    /// What decides a key's partition.
    public let partitionKey: @Sendable ([String]) -> String
    /// The key's local time, in minutes east of UTC.
    public let offsetMinutes: @Sendable ([String]) -> Int
    /// The local day of an event; nil for one that makes no row.
    public let day: @Sendable (DecodedEvent) -> Int32?

    public init(
        keyTable: String, keyColumns: [String], rows: [Rows], partitionKey: @escaping @Sendable ([String]) -> String,
        offsetMinutes: @escaping @Sendable ([String]) -> Int, day: @escaping @Sendable (DecodedEvent) -> Int32?
    ) {
        self.keyTable = keyTable
        self.keyColumns = keyColumns
        self.rows = rows
        self.partitionKey = partitionKey
        self.offsetMinutes = offsetMinutes
        self.day = day
    }

    public func rows(of table: String) -> Rows? { rows.first { $0.table == table } }
}
