import Domain
import Projections

/// A stored row: the bytes of each column in PostgreSQL's binary formats, nil for null.
public struct MemoryRow: Hashable, Sendable {
    public var fields: [[UInt8]?]

    public init(fields: [[UInt8]?]) { self.fields = fields }

    func key(_ columns: [Int]) -> [[UInt8]?] { columns.map { fields[$0] } }

    /// The columns as one run of bytes, different for different values.
    func packedKey(_ columns: [Int]) -> PackedKey {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(columns.reduce(0) { $0 + 5 + (fields[$1]?.count ?? 0) })
        for column in columns {
            guard let field = fields[column] else {
                bytes.append(0)
                continue
            }
            bytes.append(1)
            withUnsafeBytes(of: UInt32(field.count)) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: field)
        }
        return PackedKey(bytes: bytes)
    }
}

/// Bytes that are hashed at once; an array would be hashed one by one.
struct PackedKey: Hashable, Sendable {
    let bytes: [UInt8]

    func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
}

/// A row by its columns' names, spelt for people: decimals, times and texts; null columns are absent.
public typealias PresentedRow = [String: String]

extension MemoryRow {
    /// Scaled integers (`…_e8`) and amounts come as decimals, times as RFC 3339, bytes as hexadecimal digits.
    public func presented(_ table: TableDefinition) throws -> PresentedRow {
        let rows = MemoryRows([self])
        let reader = RowReader(rows, table: table, row: 0)
        var result: PresentedRow = [:]
        for (index, column) in table.columns.enumerated() where fields[index] != nil {
            result[column.name] = try Self.text(reader, index, column)
        }
        return result
    }

    private static func text(_ row: RowReader, _ index: Int, _ column: Column) throws -> String {
        switch column.type {
        case .int16: "\(try row.int16(index))"
        case .int32: "\(try row.int32(index))"
        case .int64:
            column.name.hasSuffix("_e8")
                ? Fixed8(units: try row.int64(index)).description : "\(try row.int64(index))"
        case .text: try row.text(index)
        case .bool: "\(try row.bool(index))"
        case .timestamp: Timestamp(microseconds: try row.unixMicroseconds(index)).description
        case .date: CivilDate(dayNumber: try row.unixDay(index)).description
        case .bytes: hexadecimal(row.optionalBytes(index))
        case .amount: Amount(units: try row.amountUnits(index)).description
        }
    }

    private static func hexadecimal(_ bytes: UnsafeRawBufferPointer?) -> String {
        (bytes.map(Array.init) ?? []).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

/// Rows handed to a fold, as the database hands them.
public final class MemoryRows: RowSource {
    private let memory: UnsafeMutableRawPointer
    /// By row and column: where a field lies; nil for null.
    private let places: [[Range<Int>?]]

    public init(_ rows: [MemoryRow]) {
        let size = rows.reduce(0) { $0 + $1.fields.reduce(0) { $0 + ($1?.count ?? 0) } }
        let start = UnsafeMutableRawPointer.allocate(byteCount: max(size, 1), alignment: 16)
        var at = 0
        places = rows.map { row in
            row.fields.map { field in
                guard let field else { return nil }
                (start + at).copyMemory(from: field, byteCount: field.count)
                defer { at += field.count }
                return at..<at + field.count
            }
        }
        memory = start
    }

    deinit { memory.deallocate() }

    public var rowCount: Int { places.count }

    public func field(row: Int, column: Int) -> UnsafeRawBufferPointer? {
        places[row][column].map { UnsafeRawBufferPointer(start: memory + $0.lowerBound, count: $0.count) }
    }
}
