/// Rows of a state table in a fold's memory: read by key, changed in place, written once a batch.
struct CachedRows<Key: Hashable, State> {
    final class Row {
        let key: Key
        var state: State
        /// A row of this key is in the database.
        var isStored: Bool
        /// Changed since the last drain.
        var isDirty = false
        var lastUse: Int

        init(_ key: Key, _ state: State, isStored: Bool, lastUse: Int) {
            self.key = key
            self.state = state
            self.isStored = isStored
            self.lastUse = lastUse
        }
    }

    private var rows: [Key: Row] = [:]
    private var dirty: [Row] = []
    private var clock = 0

    var count: Int { rows.count }

    subscript(key: Key) -> State? { rows[key]?.state }

    /// A batch begins.
    mutating func tick() { clock += 1 }

    /// Whether the database has to be asked for the row.
    func mustRead(_ key: Key) -> Bool {
        guard let known = rows[key] else { return true }
        known.lastUse = clock
        return false
    }

    /// A row as it is stored; what is in memory already is newer.
    mutating func absorb(_ key: Key, _ state: State) {
        if rows[key] == nil { rows[key] = Row(key, state, isStored: true, lastUse: clock) }
    }

    mutating func set(_ key: Key, _ state: State) {
        let row: Row
        if let known = rows[key] {
            row = known
            row.state = state
            row.lastUse = clock
        } else {
            row = Row(key, state, isStored: false, lastUse: clock)
            rows[key] = row
        }
        guard !row.isDirty else { return }
        row.isDirty = true
        dirty.append(row)
    }

    mutating func drain(into writes: WriteSet.TableWrites, _ encode: (Key, State, RowBatch) -> Void) {
        for row in dirty {
            let batch = row.isStored ? writes.upserts : writes.inserts
            batch.beginRow()
            encode(row.key, row.state, batch)
            row.isStored = true
            row.isDirty = false
        }
        dirty.removeAll(keepingCapacity: true)
    }

    /// Keeps the rows of the latest batches when there are more than `maximum`.
    mutating func trim(to maximum: Int) {
        guard rows.count > maximum else { return }
        let oldest = clock - ProjectionLimits.batchesKeptByTrim
        rows = rows.filter { $0.value.isDirty || $0.value.lastUse > oldest }
        guard rows.count > maximum else { return }
        rows = rows.filter { $0.value.isDirty }
    }

    mutating func forget() {
        rows = [:]
        dirty = []
    }
}
