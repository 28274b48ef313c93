import Domain

/// How long a table's rows are kept, and how they lie in the database so that the oldest go at once.
///
/// Days are days of UTC, counted since 1970.
public struct TableRetention: Sendable, Equatable {
    public enum Storage: Sendable, Equatable {
        /// A partition a day; a whole one is dropped.
        case dailyPartitions
        /// A partition a month.
        case monthlyPartitions
        /// In one table, for few rows: the oldest are deleted. They go with those of another table.
        case rows(with: String)
    }

    /// The column that says how old a row is: a timestamp, or with ``Storage/rows(with:)`` a date.
    public let column: String
    public let storage: Storage
    /// Rows are kept for at least so many days, unless an operator says otherwise.
    public let keptDays: Int

    public init(_ column: String, _ storage: Storage, keptDays: Int) {
        self.column = column
        self.storage = storage
        self.keptDays = keptDays
    }

    public var isPartitioned: Bool {
        if case .rows = storage { false } else { true }
    }

    /// The first day of the partition that holds `day`.
    public func start(of day: Int32) -> Int32 {
        guard case .monthlyPartitions = storage else { return day }
        let date = CivilDate(dayNumber: day)
        return CivilDate(year: date.year, month: date.month, day: 1)?.dayNumber ?? day
    }

    /// The first day behind the partition that begins at `start`.
    public func end(of start: Int32) -> Int32 {
        guard case .monthlyPartitions = storage else { return start + 1 }
        return self.start(of: start + 31)
    }
}
