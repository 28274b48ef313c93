/// One column of a view's table.
public struct Column: Sendable, Equatable {
    public let name: String
    public let type: ColumnType
    public let isNullable: Bool

    public init(_ name: String, _ type: ColumnType, nullable: Bool = false) {
        self.name = name
        self.type = type
        isNullable = nullable
    }
}

/// What a table is to its fold; it decides how a rebuild fills it.
public enum TableRole: Sendable, Equatable {
    /// Rows are appended as events fold: a rebuild COPYs them and builds the indexes afterwards.
    case ledger
    /// Rows are rewritten as events fold: flushed rarely in a rebuild.
    case state
}

/// A secondary index of a view's table.
public struct IndexDefinition: Sendable, Equatable {
    public enum Method: String, Sendable {
        case btree
        /// For words of a text.
        case gin
    }

    public let name: String
    /// Columns, or expressions in parentheses.
    public let columns: [String]
    /// A partial index's condition.
    public let condition: String?
    public let method: Method

    public init(_ name: String, _ columns: [String], where condition: String? = nil, method: Method = .btree) {
        self.name = name
        self.columns = columns
        self.condition = condition
        self.method = method
    }
}

/// A table of a view: its columns in the order rows are encoded, its key and its indexes.
public struct TableDefinition: Sendable, Equatable {
    public let name: String
    public let role: TableRole
    public let columns: [Column]
    /// The primary key's columns, also the order in which verify compares rows.
    public let key: [String]
    /// The key's columns in the order of its index. Where what grows with time comes first, as executions' ids do, new rows
    /// go to few pages that are at hand; else to any page of an index that is larger than memory.
    public let keyIndex: [String]
    public let indexes: [IndexDefinition]
    /// Whether equal rows may come twice from the log and only the first counts.
    public let ignoresRepeatedRows: Bool
    /// How long rows are kept; nil: for ever.
    public let retention: TableRetention?

    public init(
        _ name: String, role: TableRole, columns: [Column], key: [String], keyIndex: [String]? = nil,
        indexes: [IndexDefinition] = [], ignoresRepeatedRows: Bool = false, retention: TableRetention? = nil
    ) {
        self.name = name
        self.role = role
        self.columns = columns
        self.key = key
        self.keyIndex = keyIndex ?? key
        self.indexes = indexes
        self.ignoresRepeatedRows = ignoresRepeatedRows
        self.retention = retention
    }

    /// The columns named, in the order given.
    public func columns(named names: [String]) -> [Column] {
        names.compactMap { name in columns.first { $0.name == name } }
    }

    public static func == (left: Self, right: Self) -> Bool { left.name == right.name }
}
