/// A row in a keyed fold's memory.
final class KeyedRow<View: KeyedView> {
    let key: View.Key
    var state: View.State
    /// A row of this key is in the database.
    var isStored: Bool
    /// Changed since the last drain.
    var isDirty = false
    var lastUse: Int

    init(_ key: View.Key, _ state: View.State, isStored: Bool, lastUse: Int) {
        self.key = key
        self.state = state
        self.isStored = isStored
        self.lastUse = lastUse
    }

    func encode(into rows: RowBatch) {
        rows.beginRow()
        View.encode(key, into: rows)
        View.encode(state, into: rows)
    }
}
