/// A row in a keyed fold's memory.
final class KeyedRow<Table: KeyedTable> {
    let key: Table.Key
    var state: Table.State
    /// A row of this key is in the database.
    var isStored: Bool
    /// Changed since the last drain.
    var isDirty = false
    var lastUse: Int

    init(_ key: Table.Key, _ state: Table.State, isStored: Bool, lastUse: Int) {
        self.key = key
        self.state = state
        self.isStored = isStored
        self.lastUse = lastUse
    }

    func encode(into rows: RowBatch) {
        rows.beginRow()
        Table.encode(key, into: rows)
        Table.encode(state, into: rows)
    }
}
