import Projections
import TestKit
import Testing

/// What the tables in memory owe to the folds that are tested over them.
@Suite struct MemoryViewStoreTests {
    private static let schema = ViewSchema(
        name: "x", foldNumber: 1,
        tables: [
            TableDefinition(
                "things", role: .state, columns: [Column("id", .text), Column("owner", .text)], key: ["id"])
        ], deleteColumns: ["things": ["owner"]], presentation: [])

    private struct Change {
        var deletes: [String] = []
        var upserts: [(String, String)] = []
        var inserts: [(String, String)] = []

        func apply(to store: MemoryViewStore) throws {
            let writes = WriteSet(schema, insertLayout: .arrays)
            let table = writes.tables[0]
            for owner in deletes {
                table.deletes.beginRow()
                table.deletes.put(owner)
            }
            for (rows, values) in [(table.upserts, upserts), (table.inserts, inserts)] {
                for (id, owner) in values {
                    rows.beginRow()
                    rows.put(id)
                    rows.put(owner)
                }
            }
            try store.apply(writes)
        }
    }

    private func owners(_ store: MemoryViewStore) throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try store.presented("things").map { ($0["id"] ?? "", $0["owner"] ?? "") })
    }

    @Test func aChangeThatFailsLeavesNothing() throws {
        let store = MemoryViewStore(Self.schema)
        try Change(inserts: [("1", "a"), ("2", "a"), ("3", "b")]).apply(to: store)
        #expect(throws: MemoryStoreError.self) {
            try Change(deletes: ["a"], upserts: [("3", "c")], inserts: [("4", "d"), ("4", "e")]).apply(to: store)
        }
        #expect(try owners(store) == ["1": "a", "2": "a", "3": "b"])
        try Change(deletes: ["c", "d"]).apply(to: store)
        #expect(try owners(store).count == 3, "an undone row is not found by its other columns either")
    }

    @Test func rowsGoByWhatTheyHoldNow() throws {
        let store = MemoryViewStore(Self.schema)
        try Change(inserts: [("1", "a"), ("2", "b")]).apply(to: store)
        try Change(deletes: ["none"], upserts: [("1", "b"), ("3", "a")]).apply(to: store)
        let before = store.contents
        try Change(deletes: ["b"]).apply(to: store)
        #expect(try owners(store) == ["3": "a"])
        store.contents = before
        try Change(deletes: ["a"]).apply(to: store)
        #expect(try owners(store) == ["1": "b", "2": "b"])
    }
}
