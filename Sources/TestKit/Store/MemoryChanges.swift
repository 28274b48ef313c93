import Projections

/// What a fold wants written, copied out of its buffers: it may be applied later.
public struct MemoryChanges: Sendable {
    struct TableChanges: Sendable {
        let table: String
        let deletes: [MemoryRow]
        let deleteColumns: [Column]
        let upserts: [MemoryRow]
        let inserts: [MemoryRow]
    }

    let tables: [TableChanges]

    public init(_ writes: WriteSet) throws(MemoryStoreError) {
        var tables: [TableChanges] = []
        for change in writes.tables where change.rowCount > 0 {
            tables.append(
                TableChanges(
                    table: change.table.name, deletes: try change.deletes.decodedRows(),
                    deleteColumns: change.deletes.columns, upserts: try change.upserts.decodedRows(),
                    inserts: try change.inserts.decodedRows()))
        }
        self.tables = tables
    }

    /// Rows that are to be stored.
    public var rows: some Sequence<MemoryRow> { tables.lazy.flatMap { $0.upserts + $0.inserts } }
}
