import Events

extension KeyedFold {
    private enum TableIndex {
        static var rows: Int { 0 }
        static var seen: Int { 1 }
    }

    public func reads(for events: ArraySlice<FoldEvent>) -> [ReadRequest] {
        useClock += 1
        guard mode == .live else { return [] }
        let table = View.table
        let seenTable = SeenEvents.table(beside: table)
        let wantedRows = ReadRequest(table, by: table.key)
        let wantedEvents = ReadRequest(seenTable, by: seenTable.key)
        var keys: Set<View.Key> = []
        var identities: Set<EventIdentity> = []
        for event in events {
            guard let key = view.key(of: event) else { continue }
            if let known = rows[key] {
                known.lastUse = useClock
            } else if keys.insert(key).inserted {
                wantedRows.keys.beginRow()
                View.encode(key, into: wantedRows.keys)
            }
            guard let identity = EventIdentity(event.decoded), seen.mustLookUp(identity) else { continue }
            if identities.insert(identity).inserted { wantedEvents.keys.append(identity) }
        }
        return [wantedRows, wantedEvents].filter { $0.keys.rowCount > 0 }
    }

    public func absorb(_ request: ReadRequest, rows source: any RowSource) throws(RowError) {
        for index in 0..<source.rowCount {
            let row = RowReader(source, table: request.table, row: index)
            guard request.table == View.table else {
                try seen.absorb(row, table: request.table.name)
                continue
            }
            let key = try View.key(of: row)
            guard rows[key] == nil else { continue }
            rows[key] = KeyedRow(key, try View.state(of: row), isStored: true, lastUse: useClock)
        }
    }

    public func drain(into writes: WriteSet, state: Bool) {
        seen.drain(into: writes.tables[TableIndex.seen].inserts)
        guard state else { return }
        let table = writes.tables[TableIndex.rows]
        for row in dirtyRows {
            row.encode(into: row.isStored ? table.upserts : table.inserts)
            row.isStored = true
            row.isDirty = false
        }
        dirtyRows.removeAll(keepingCapacity: true)
    }

    public func committed() {
        guard mode == .live else { return }
        seen.committed()
        trim()
    }

    /// Keeps the rows of the latest batches when there are more than the limit.
    private func trim() {
        guard rows.count > maximumCachedRows else { return }
        let oldest = useClock - ProjectionLimits.batchesKeptByTrim
        rows = rows.filter { $0.value.isDirty || $0.value.lastUse > oldest }
        guard rows.count > maximumCachedRows else { return }
        rows = rows.filter { $0.value.isDirty }
    }

    public func forget() {
        rows = [:]
        dirtyRows = []
        seen.forget()
        effects.clear()
    }

    public func followUps() throws(FoldFailure) -> [ReadRequest] { [] }

    public func finishRebuild(limit: Int) -> Bool {
        mode = .live
        seen.endRebuild()
        return false
    }
}
