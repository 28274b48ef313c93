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

        init(
            _ table: TableDefinition, insertLayout: RowBatch.Layout, upsertLayout: RowBatch.Layout,
            deleteColumns: [String]
        ) {
            self.table = table
            inserts = RowBatch(columns: table.columns, layout: insertLayout)
            upserts = RowBatch(columns: table.columns, layout: upsertLayout)
            deletes = RowBatch(columns: table.columns(named: deleteColumns), layout: .arrays)
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
        for table in tables {
            table.inserts.clear()
            table.upserts.clear()
            table.deletes.clear()
        }
    }
}
