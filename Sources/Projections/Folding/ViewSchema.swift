/// What a view consists of in the database.
public struct ViewSchema: Sendable {
    /// The view's name, as `replay` takes it.
    public let name: String
    /// Raised whenever the fold or its tables change meaning: a build belongs to one fold number.
    public let foldNumber: Int
    public let tables: [TableDefinition]
    /// The columns by which rows of a table are deleted, where that is not its key.
    public let deleteColumns: [String: [String]]
    /// A rebuild may ask for rows of state tables too; these then get their indexes before it does.
    public let rebuildReadsState: Bool
    /// How rows are taken over where the log no longer begins at its beginning; nil where all history is complete.
    public let history: HistoryWindow?
    /// Its fold decides by how topics interleave: it runs live alone, and is never rebuilt.
    public let isReactor: Bool
    /// Where the last event of each symbol can be seen, of a view of a feed; nil of others.
    public let feed: Feed?
    /// Presentation views, in order; `{schema}` stands for the build's schema.
    public let presentation: [Presentation]

    /// A relation that people query, with numerics and enums spelled out.
    public struct Presentation: Sendable {
        /// Its name in schema `api`; in the build's schema it is prefixed `api_`.
        public let name: String
        /// The query, with `{schema}` for the build's schema.
        public let query: String

        public init(_ name: String, _ query: String) {
            self.name = name
            self.query = query
        }
    }

    /// A table with a row a symbol, and its columns.
    public struct Feed: Sendable {
        public let table: String
        public let exchange: String
        public let symbol: String
        /// When the symbol's last event was.
        public let time: String

        public init(table: String, exchange: String, symbol: String, time: String) {
            self.table = table
            self.exchange = exchange
            self.symbol = symbol
            self.time = time
        }
    }

    public init(
        name: String, foldNumber: Int, tables: [TableDefinition], deleteColumns: [String: [String]] = [:],
        rebuildReadsState: Bool = false, history: HistoryWindow? = nil, isReactor: Bool = false, feed: Feed? = nil,
        presentation: [Presentation]
    ) {
        self.name = name
        self.foldNumber = foldNumber
        self.tables = tables
        self.deleteColumns = deleteColumns
        self.rebuildReadsState = rebuildReadsState
        self.history = history
        self.isReactor = isReactor
        self.feed = feed
        self.presentation = presentation
    }
}

extension ViewSchema {
    /// Whether a rebuild adds a state row's newer versions behind the older ones: nothing reads them before the end.
    public func appendsVersions(of table: TableDefinition) -> Bool { table.role == .state && !rebuildReadsState }
}
