import Projections

/// What a database would refuse, or would be asked in vain.
public enum MemoryStoreError: Error, CustomStringConvertible {
    case malformed(String)
    case duplicateKey(table: String, row: String)
    case keyTwiceInStatement(table: String, row: String)
    case nullField(table: String, column: String)
    case notIndexed(table: String)

    public var description: String {
        switch self {
        case .malformed(let what): "malformed rows: \(what)"
        case .duplicateKey(let table, let row): "\(table): a row with this key is there: \(row)"
        case .keyTwiceInStatement(let table, let row): "\(table): one statement has this key twice: \(row)"
        case .nullField(let table, let column): "\(table): \(column) is null"
        case .notIndexed(let table): "\(table): has no index yet, so it can't be read, changed or deleted from"
        }
    }
}

/// The tables of one build in memory, which take the same bytes as PostgreSQL's and are as strict.
public final class MemoryViewStore {
    public let schema: ViewSchema
    private let tables: [MemoryTable]

    /// - Parameter isRebuild: ledgers have no index yet, and states answer only where the view reads them in a rebuild.
    public init(_ schema: ViewSchema, isRebuild: Bool = false) {
        self.schema = schema
        tables = schema.tables.map {
            MemoryTable(
                $0, isIndexed: !isRebuild || $0.role == .state, isReadable: !isRebuild || schema.rebuildReadsState)
        }
    }

    /// Answers a fold's question.
    public func answer(_ request: ReadRequest) throws(MemoryStoreError) -> MemoryRows {
        MemoryRows(try table(request.table.name).select(request))
    }

    /// Writes as the engine does: in each table deletes, then upserts, then inserts; all of it or nothing.
    public func apply(_ writes: WriteSet) throws(MemoryStoreError) { try apply(try MemoryChanges(writes)) }

    /// Does all of it or nothing.
    public func apply(_ changes: MemoryChanges) throws(MemoryStoreError) {
        for table in tables { table.begin() }
        do throws(MemoryStoreError) {
            for change in changes.tables {
                let table = try table(change.table)
                try table.delete(change.deletes, columns: change.deleteColumns)
                try table.upsert(change.upserts)
                try table.insert(change.inserts)
            }
        } catch {
            for table in tables { table.undo() }
            throw error
        }
    }

    /// What the tables hold; kept aside, it is what they held at that moment.
    public struct Contents {
        fileprivate let tables: [MemoryTable.Contents]
    }

    public var contents: Contents {
        get { Contents(tables: tables.map(\.contents)) }
        set { for (table, contents) in zip(tables, newValue.tables) { table.contents = contents } }
    }

    /// Ends the bulk part of a rebuild.
    public func buildIndexes() throws(MemoryStoreError) {
        for table in tables { try table.buildIndex() }
    }

    /// All rows of a table, by key.
    public func rows(_ name: String) throws(MemoryStoreError) -> [MemoryRow] { try table(name).sorted }

    /// All rows of a table, by key, as people read them.
    public func presented(_ name: String) throws -> [PresentedRow] {
        let table = try table(name)
        return try table.sorted.map { try $0.presented(table.definition) }
    }

    /// The first difference to another store, nil when all rows are equal byte for byte.
    /// - Parameter ignoring: columns that may differ.
    public func difference(from other: MemoryViewStore, ignoring: Set<String> = []) throws -> String? {
        for table in tables {
            let name = table.definition.name
            let (own, others) = (table.sorted, try other.rows(name))
            if own == others { continue }
            for index in 0..<max(own.count, others.count) {
                let left = index < own.count ? try own[index].presented(table.definition) : nil
                let right = index < others.count ? try others[index].presented(table.definition) : nil
                let columns = Set((left ?? [:]).keys).union((right ?? [:]).keys).subtracting(ignoring).sorted()
                let unequal = columns.filter { left?[$0] != right?[$0] }
                guard !unequal.isEmpty else { continue }
                return "\(name), row \(index): "
                    + unequal.map { "\($0) \(left?[$0] ?? "null") ≠ \(right?[$0] ?? "null")" }.joined(separator: ", ")
                    + " in \(left ?? [:]) and \(right ?? [:])"
            }
        }
        return nil
    }

    private func table(_ name: String) throws(MemoryStoreError) -> MemoryTable {
        guard let table = tables.first(where: { $0.definition.name == name }) else {
            throw .malformed("no table \(name)")
        }
        return table
    }
}
