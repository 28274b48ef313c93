import Projections

/// A table in memory: rows by their key, or without an index, as they were copied in.
final class MemoryTable {
    /// A value: kept aside, it is what the table was at that moment.
    struct Contents {
        var rows: [PackedKey: MemoryRow] = [:]
        /// Rows copied in while there is no index.
        var heap: [MemoryRow] = []
    }

    let definition: TableDefinition
    private let keyColumns: [Int]
    var contents = Contents()
    private(set) var isIndexed: Bool
    private var isReadable: Bool

    private var rows: [PackedKey: MemoryRow] {
        _read { yield contents.rows }
        _modify { yield &contents.rows }
    }
    private var heap: [MemoryRow] {
        _read { yield contents.heap }
        _modify { yield &contents.heap }
    }

    init(_ definition: TableDefinition, isIndexed: Bool, isReadable: Bool) {
        self.definition = definition
        self.isIndexed = isIndexed
        self.isReadable = isReadable
        keyColumns = Self.indexes(definition.key, in: definition)
    }

    private static func indexes(_ names: [String], in table: TableDefinition) -> [Int] {
        names.compactMap { name in table.columns.firstIndex { $0.name == name } }
    }

    /// All rows by key.
    var sorted: [MemoryRow] {
        (heap + rows.values).sorted { left, right in
            Self.isBefore(left.key(keyColumns), right.key(keyColumns))
        }
    }

    /// By bytes, null first: an order of its own, equal for equal rows.
    static func isBefore(_ left: [[UInt8]?], _ right: [[UInt8]?]) -> Bool {
        for (first, second) in zip(left, right) where first != second {
            guard let first else { return true }
            guard let second else { return false }
            return first.lexicographicallyPrecedes(second)
        }
        return false
    }

    func insert(_ new: [MemoryRow]) throws(MemoryStoreError) {
        for row in new {
            try check(row)
            guard isIndexed else {
                heap.append(row)
                continue
            }
            let key = row.packedKey(keyColumns)
            if rows[key] == nil {
                rows[key] = row
            } else if !definition.ignoresRepeatedRows {
                throw .duplicateKey(table: definition.name, row: describe(row))
            }
        }
    }

    /// Like ON CONFLICT DO UPDATE, which takes a key once a statement.
    func upsert(_ changed: [MemoryRow]) throws(MemoryStoreError) {
        guard !changed.isEmpty else { return }
        guard isIndexed else { throw .notIndexed(table: definition.name) }
        var seen: Set<PackedKey> = []
        for row in changed {
            try check(row)
            let key = row.packedKey(keyColumns)
            guard seen.insert(key).inserted else {
                throw .keyTwiceInStatement(table: definition.name, row: describe(row))
            }
            rows[key] = row
        }
    }

    func delete(_ keys: [MemoryRow], columns: [Column]) throws(MemoryStoreError) {
        guard !keys.isEmpty else { return }
        guard isIndexed else { throw .notIndexed(table: definition.name) }
        let places = Self.indexes(columns.map(\.name), in: definition)
        let gone = Set(keys.map { $0.packedKey(Array(columns.indices)) })
        if places == keyColumns {
            for key in gone { rows[key] = nil }
        } else {
            rows = rows.filter { !gone.contains($0.value.packedKey(places)) }
        }
    }

    func select(_ request: ReadRequest) throws(MemoryStoreError) -> [MemoryRow] {
        guard isIndexed, isReadable else { throw .notIndexed(table: definition.name) }
        let places = Self.indexes(request.keys.columns.map(\.name), in: definition)
        let all = Array(request.keys.columns.indices)
        let asked = try request.keys.decodedRows().map { $0.packedKey(all) }
        let wanted = Set(asked)
        guard wanted.count == asked.count else { throw .keyTwiceInStatement(table: definition.name, row: "SELECT") }
        let found: [MemoryRow]
        if places == keyColumns {
            found = asked.compactMap { rows[$0] }
        } else {
            found = rows.values.filter { wanted.contains($0.packedKey(places)) }
        }
        let order = Self.indexes(request.order, in: definition)
        return order.isEmpty ? found : found.sorted { Self.isBefore($0.key(order), $1.key(order)) }
    }

    /// What a rebuild does once its rows are in: of repeated rows the one first in the log stays.
    func buildIndex() throws(MemoryStoreError) {
        isReadable = true
        guard !isIndexed else { return }
        isIndexed = true
        let copied = heap
        heap = []
        guard definition.ignoresRepeatedRows,
            let offset = definition.columns.firstIndex(where: { $0.name == "log_offset" })
        else { return try insert(copied) }
        try insert(copied.sorted { Self.isBefore([$0.fields[offset]], [$1.fields[offset]]) })
    }

    private func check(_ row: MemoryRow) throws(MemoryStoreError) {
        for (column, field) in zip(definition.columns, row.fields) where field == nil && !column.isNullable {
            throw .nullField(table: definition.name, column: column.name)
        }
    }

    private func describe(_ row: MemoryRow) -> String {
        guard let presented = try? row.presented(definition) else { return "\(row)" }
        return definition.key.map { "\($0)=\(presented[$0] ?? "null")" }.joined(separator: " ")
    }
}
