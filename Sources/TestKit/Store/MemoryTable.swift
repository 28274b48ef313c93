import Projections

/// A table in memory: rows by their key, or without an index, as they were copied in.
final class MemoryTable {
    /// A value: kept aside, it is what the table was at that moment.
    struct Contents {
        fileprivate(set) var rows: [PackedKey: MemoryRow] = [:]
        /// Rows copied in while there is no index.
        var heap: [MemoryRow] = []
        /// By the columns that somebody looked rows up by, and by what these hold: the rows' keys.
        private var groups: [[Int]: [PackedKey: Set<PackedKey>]] = [:]

        /// Puts a row in the place of the one with its key, or takes that one away.
        fileprivate mutating func put(_ row: MemoryRow?, at key: PackedKey) {
            let old = rows[key]
            rows[key] = row
            for columns in groups.keys {
                if let old { leave(columns, old.packedKey(columns), key) }
                if let row { groups[columns]?[row.packedKey(columns), default: []].insert(key) }
            }
        }

        private mutating func leave(_ columns: [Int], _ value: PackedKey, _ key: PackedKey) {
            groups[columns]?[value]?.remove(key)
            if groups[columns]?[value]?.isEmpty == true { groups[columns]?[value] = nil }
        }

        /// The keys of the rows whose `columns` hold one of `values`.
        fileprivate mutating func keys(where columns: [Int], hold values: Set<PackedKey>) -> [PackedKey] {
            if groups[columns] == nil {
                groups[columns] = Dictionary(grouping: rows.keys) { rows[$0]?.packedKey(columns) ?? $0 }
                    .mapValues { Set($0) }
            }
            return values.flatMap { groups[columns]?[$0] ?? [] }
        }
    }

    let definition: TableDefinition
    /// What stood at the changed keys since `begin`, so that a change can be taken back without a copy of the table.
    private var journal: [(key: PackedKey, old: MemoryRow?)] = []
    private var heapCountBefore = 0
    private let keyColumns: [Int]
    var contents = Contents()
    private(set) var isIndexed: Bool
    private var isReadable: Bool

    private var rows: [PackedKey: MemoryRow] { contents.rows }
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

    /// Begins a change that ``undo()`` takes back.
    func begin() {
        journal.removeAll(keepingCapacity: true)
        heapCountBefore = heap.count
    }

    func undo() {
        for (key, old) in journal.reversed() { contents.put(old, at: key) }
        contents.heap.removeLast(heap.count - heapCountBefore)
        begin()
    }

    private func put(_ row: MemoryRow?, at key: PackedKey) {
        journal.append((key, contents.rows[key]))
        contents.put(row, at: key)
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
                put(row, at: key)
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
            put(row, at: key)
        }
    }

    func delete(_ keys: [MemoryRow], columns: [Column]) throws(MemoryStoreError) {
        guard !keys.isEmpty else { return }
        guard isIndexed else { throw .notIndexed(table: definition.name) }
        let places = Self.indexes(columns.map(\.name), in: definition)
        let gone = Set(keys.map { $0.packedKey(Array(columns.indices)) })
        let found = places == keyColumns ? Array(gone) : contents.keys(where: places, hold: gone)
        for key in found { put(nil, at: key) }
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
            found = contents.keys(where: places, hold: wanted).compactMap { rows[$0] }
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
