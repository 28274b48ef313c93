import Domain

/// What a fold wants written, one batch of rows a table and kind.
public final class WriteSet {
    public final class TableWrites {
        public let table: TableDefinition
        /// Rows that no row of the table has the key of.
        public let inserts: RowBatch
        /// Rows that replace the row of the same key, or are new. In COPY layout they are stored beside the older row,
        /// which goes before the key gets its index.
        public let upserts: RowBatch
        /// Keys, or leading columns of them, whose rows go away before anything is inserted.
        public let deletes: RowBatch
        /// The partitions that the rows go to, by their first day; see ``touch(microseconds:)``.
        public private(set) var partitions: Set<Int32> = []
        /// The partition touched last, in microseconds since 1970.
        private var touched: Range<Int64> = 0..<0

        init(
            _ table: TableDefinition, insertLayout: RowBatch.Layout, upsertLayout: RowBatch.Layout,
            deleteColumns: [String]
        ) {
            self.table = table
            inserts = RowBatch(columns: table.columns, layout: insertLayout)
            upserts = RowBatch(columns: table.columns, layout: upsertLayout)
            deletes = RowBatch(columns: table.columns(named: deleteColumns), layout: .arrays)
        }

        /// Notes the partition of a row, by its time since 1970. A fold does so for every row of a partitioned table.
        @inline(__always)
        public func touch(microseconds: Int64) {
            if !touched.contains(microseconds) { find(microseconds) }
        }

        private func find(_ microseconds: Int64) {
            guard let retention = table.retention, retention.isPartitioned else { return }
            let start = retention.start(of: Timestamp(microseconds: microseconds).date().dayNumber)
            let length = Timestamp.microsecondsPerDay
            touched = Int64(start) * length..<Int64(retention.end(of: start)) * length
            partitions.insert(start)
        }

        func clear() {
            inserts.clear()
            upserts.clear()
            deletes.clear()
            partitions.removeAll()
            touched = 0..<0
        }

        public var rowCount: Int { inserts.rowCount + upserts.rowCount + deletes.rowCount }
        public var byteCount: Int { inserts.byteCount + upserts.byteCount + deletes.byteCount }
    }

    public let tables: [TableWrites]

    /// - Parameter insertLayout: `copy` in a rebuild, `arrays` live.
    public init(_ view: ViewSchema, insertLayout: RowBatch.Layout) {
        tables = view.tables.map {
            TableWrites(
                $0, insertLayout: insertLayout, upsertLayout: view.appendsVersions(of: $0) ? insertLayout : .arrays,
                deleteColumns: view.deleteColumns[$0.name] ?? $0.key)
        }
    }

    public var rowCount: Int { tables.reduce(0) { $0 + $1.rowCount } }
    public var byteCount: Int { tables.reduce(0) { $0 + $1.byteCount } }

    public func clear() {
        for table in tables { table.clear() }
    }
}
