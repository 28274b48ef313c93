import Postgres
import Projections

/// One row that differs between the live build and the one made from the log.
public struct RowDifference: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case onlyLive = "only in the live build"
        case onlyRebuilt = "missing from the live build"
        case differs = "differs"
    }

    public let table: String
    public let kind: Kind
    /// The row's key, `column=value …`.
    public let key: String
    /// By column, the live and the rebuilt value, where they differ.
    public let columns: [String: [String]]
}

/// Compares a table of two builds as two ordered streams: memory does not grow with the table.
struct TableComparison {
    let table: TableDefinition
    private(set) var rows = 0
    private(set) var differences: [RowDifference] = []
    private(set) var differenceCount = 0

    init(_ table: TableDefinition) { self.table = table }

    /// All rows of a table that fulfil the condition, in the order in which they are compared.
    static func selection(of table: TableDefinition, schema: String, where condition: String? = nil) -> String {
        let filter = condition.map { " WHERE \($0)" } ?? ""
        let columns = table.columns.map(\.name).joined(separator: ", ")
        return "SELECT \(columns) FROM \(schema).\(table.name)\(filter) ORDER BY \(table.key.joined(separator: ", "))"
    }

    mutating func run(
        live: (connection: PostgresConnection, selection: String),
        rebuilt: (connection: PostgresConnection, selection: String),
        stop: StopSignal
    ) throws(PostgresError) {
        let left = try live.connection.startCopyOut("COPY (\(live.selection)) TO STDOUT (FORMAT binary)")
        let right = try rebuilt.connection.startCopyOut("COPY (\(rebuilt.selection)) TO STDOUT (FORMAT binary)")
        var leftRow = try left.next().map { StoredRow($0, table) }
        var rightRow = try right.next().map { StoredRow($0, table) }
        while leftRow != nil || rightRow != nil, !stop.isSet {
            switch order(leftRow, rightRow) {
            case ..<0:
                if let leftRow { note(.onlyLive, leftRow, nil) }
                leftRow = try left.next().map { StoredRow($0, table) }
            case 1...:
                if let rightRow { note(.onlyRebuilt, rightRow, nil) }
                rightRow = try right.next().map { StoredRow($0, table) }
            default:
                if let one = leftRow, let other = rightRow, one.bytes != other.bytes { note(.differs, one, other) }
                rows += 1
                leftRow = try left.next().map { StoredRow($0, table) }
                rightRow = try right.next().map { StoredRow($0, table) }
            }
        }
        if stop.isSet {
            left.cancel()
            right.cancel()
        }
    }

    private func order(_ left: StoredRow?, _ right: StoredRow?) -> Int {
        guard let left else { return 1 }
        guard let right else { return -1 }
        return left.compareKeys(right)
    }

    private mutating func note(_ kind: RowDifference.Kind, _ row: StoredRow, _ other: StoredRow?) {
        differenceCount += 1
        guard differences.count < EngineLimits.differencesShown else { return }
        var columns: [String: [String]] = [:]
        if let other {
            for (index, column) in table.columns.enumerated() where row.fields[index] != other.fields[index] {
                columns[column.name] = [row.text(index), other.text(index)]
            }
        }
        differences.append(RowDifference(table: table.name, kind: kind, key: row.key, columns: columns))
    }
}

/// A row as COPY gave it, copied out of the connection's memory.
struct StoredRow {
    let table: TableDefinition
    let bytes: [UInt8]
    let fields: [[UInt8]?]

    init(_ row: UnsafeRawBufferPointer, _ table: TableDefinition) {
        self.table = table
        bytes = Array(row)
        var walk = PostgresCopyRow(row)
        fields = table.columns.map { _ in walk.next().map { Array($0) } }
    }

    private var keyIndexes: [Int] {
        table.key.compactMap { name in table.columns.firstIndex { $0.name == name } }
    }

    /// Below, at or above 0, in the order in which the database sorts the keys.
    func compareKeys(_ other: StoredRow) -> Int {
        for index in keyIndexes {
            let result = compare(fields[index] ?? [], other.fields[index] ?? [], table.columns[index].type)
            if result != 0 { return result }
        }
        return 0
    }

    private func compare(_ left: [UInt8], _ right: [UInt8], _ type: ColumnType) -> Int {
        if left == right { return 0 }
        switch type {
        case .int16, .int32, .int64, .timestamp, .date:
            let isLeftNegative = (left.first ?? 0) & 0x80 != 0
            let isRightNegative = (right.first ?? 0) & 0x80 != 0
            if isLeftNegative != isRightNegative { return isLeftNegative ? -1 : 1 }
            return left.lexicographicallyPrecedes(right) ? -1 : 1
        default:
            return left.lexicographicallyPrecedes(right) ? -1 : 1
        }
    }

    var key: String { keyIndexes.map { "\(table.columns[$0].name)=\(text($0))" }.joined(separator: " ") }

    /// A field in words.
    func text(_ index: Int) -> String {
        guard let field = fields[index] else { return "null" }
        return field.withUnsafeBytes { ValueText.describe($0, table.columns[index].type) }
    }
}
