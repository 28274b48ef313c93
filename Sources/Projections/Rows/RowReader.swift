/// Rows read back from a view's table, in PostgreSQL's binary formats.
public protocol RowSource {
    var rowCount: Int { get }
    /// The field's bytes, nil for null; valid while the source lives.
    func field(row: Int, column: Int) -> UnsafeRawBufferPointer?
}

/// A stored row that is not what its table's definition says: a bug or a hand in the database.
public struct RowError: Error, Sendable, CustomStringConvertible {
    public let table: String
    public let column: String

    public var description: String {
        "table \(table): column \(column) holds something its fold did not write; rebuild the view with `tapefold replay`"
    }
}

/// Reads one row's fields by the table's columns.
public struct RowReader {
    private let source: any RowSource
    private let table: TableDefinition
    private let row: Int

    public init(_ source: any RowSource, table: TableDefinition, row: Int) {
        self.source = source
        self.table = table
        self.row = row
    }

    private func bytes(_ column: Int, _ size: Int) throws(RowError) -> UnsafeRawBufferPointer? {
        guard let bytes = source.field(row: row, column: column) else { return nil }
        guard bytes.count == size else { throw failure(column) }
        return bytes
    }

    private func failure(_ column: Int) -> RowError {
        RowError(table: table.name, column: table.columns[column].name)
    }

    private func required<T>(_ value: T?, _ column: Int) throws(RowError) -> T {
        guard let value else { throw failure(column) }
        return value
    }

    public func optionalInt64(_ column: Int) throws(RowError) -> Int64? {
        try bytes(column, 8)?.bigEndian(at: 0, as: Int64.self)
    }

    public func int64(_ column: Int) throws(RowError) -> Int64 { try required(optionalInt64(column), column) }

    public func optionalInt32(_ column: Int) throws(RowError) -> Int32? {
        try bytes(column, 4)?.bigEndian(at: 0, as: Int32.self)
    }

    public func int32(_ column: Int) throws(RowError) -> Int32 { try required(optionalInt32(column), column) }

    public func optionalInt16(_ column: Int) throws(RowError) -> Int16? {
        try bytes(column, 2)?.bigEndian(at: 0, as: Int16.self)
    }

    public func int16(_ column: Int) throws(RowError) -> Int16 { try required(optionalInt16(column), column) }

    public func bool(_ column: Int) throws(RowError) -> Bool {
        try required(bytes(column, 1)?.bigEndian(at: 0, as: UInt8.self), column) != 0
    }

    public func optionalText(_ column: Int) -> String? {
        source.field(row: row, column: column).map { String(decoding: $0, as: UTF8.self) }
    }

    public func text(_ column: Int) throws(RowError) -> String { try required(optionalText(column), column) }

    public func optionalBytes(_ column: Int) -> UnsafeRawBufferPointer? { source.field(row: row, column: column) }

    public func optionalAmountUnits(_ column: Int) throws(RowError) -> Int128? {
        guard let bytes = source.field(row: row, column: column) else { return nil }
        return try required(NumericFormat.units(bytes), column)
    }

    public func amountUnits(_ column: Int) throws(RowError) -> Int128 {
        try required(optionalAmountUnits(column), column)
    }

    public func optionalUnixMicroseconds(_ column: Int) throws(RowError) -> Int64? {
        try optionalInt64(column).map { $0 + PostgresEpoch.unixMicroseconds }
    }

    public func unixMicroseconds(_ column: Int) throws(RowError) -> Int64 {
        try required(optionalUnixMicroseconds(column), column)
    }

    public func optionalUnixDay(_ column: Int) throws(RowError) -> Int32? {
        try optionalInt32(column).map { $0 + PostgresEpoch.unixDays }
    }

    public func unixDay(_ column: Int) throws(RowError) -> Int32 { try int32(column) + PostgresEpoch.unixDays }
}
