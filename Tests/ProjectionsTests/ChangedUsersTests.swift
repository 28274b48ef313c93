import Testing

@testable import Projections

/// Which users' rows a batch changes, each once, whatever tables and kinds of rows name them.
@Suite struct ChangedUsersTests {
    private func users(_ changed: ChangedUsers) -> Set<String> {
        let array = changed.rows.array(0)
        var found: Set<String> = []
        var at = RowBatch.arrayHeaderBytes
        for _ in 0..<changed.rows.rowCount {
            let length = Int(Int32(bigEndian: array.loadUnaligned(fromByteOffset: at, as: Int32.self)))
            found.insert(String(decoding: array[(at + 4)..<(at + 4 + length)], as: UTF8.self))
            at += 4 + length
        }
        #expect(found.count == changed.rows.rowCount, "a user twice")
        return found
    }

    private func put(_ batch: RowBatch, user: String) {
        batch.beginRow()
        for column in batch.columns {
            if column.name == ChangedUsers.column { batch.put(user) } else { batch.putNull() }
        }
    }

    @Test func everyUserOnce() throws {
        let writes = WriteSet(PositionsView.definition, insertLayout: .arrays)
        let changed = try #require(ChangedUsers(writes))
        changed.collect(writes)
        #expect(changed.rows.rowCount == 0)
        var expected: Set<String> = []
        for number in 0..<5_000 {
            let user = "user-\(number * 7_919 % 1_300)"
            expected.insert(user)
            let table = writes.tables[number % writes.tables.count]
            guard table.table.columns.contains(where: { $0.name == ChangedUsers.column }) else { continue }
            put(number % 2 == 0 ? table.upserts : table.inserts, user: user)
        }
        put(writes.tables[0].inserts, user: "ünïcode")
        put(writes.tables[0].inserts, user: "")
        for table in writes.tables where table.deletes.columns.contains(where: { $0.name == ChangedUsers.column }) {
            put(table.deletes, user: "deleted")
            expected.insert("deleted")
        }
        changed.collect(writes)
        #expect(users(changed).isSuperset(of: ["ünïcode", "", "user-0"]))
        #expect(users(changed).subtracting(expected) == ["ünïcode", ""])
        // The same object, the next batch.
        writes.clear()
        put(writes.tables[0].inserts, user: "next")
        changed.collect(writes)
        #expect(users(changed) == ["next"])
    }

    @Test func aViewWithoutUsersHasNone() {
        #expect(ChangedUsers(WriteSet(MarketView.definition, insertLayout: .arrays)) == nil)
    }
}
