import Projections

extension RowBatch {
    /// The rows as a database would read them from array parameters or a COPY stream.
    /// - Throws: `MemoryStoreError.malformed` when the bytes do not follow the format.
    public func decodedRows() throws(MemoryStoreError) -> [MemoryRow] {
        switch layout {
        case .arrays: try decodedArrays()
        case .copy: try decodedCopy()
        }
    }

    private func decodedArrays() throws(MemoryStoreError) -> [MemoryRow] {
        var fields: [[[UInt8]?]] = []
        for (index, column) in columns.enumerated() {
            var reader = FieldScanner(array(index), name: column.name)
            let (dimensions, _, type) = (try reader.int32(), try reader.int32(), try reader.int32())
            let (count, lowest) = (try reader.int32(), try reader.int32())
            guard dimensions == 1, type == Int32(column.type.oid), count == Int32(rowCount), lowest == 1 else {
                throw .malformed("array header of \(column.name)")
            }
            var values: [[UInt8]?] = []
            for _ in 0..<count { values.append(try reader.field()) }
            try reader.finish()
            fields.append(values)
        }
        return (0..<rowCount).map { row in MemoryRow(fields: fields.map { $0[row] }) }
    }

    private func decodedCopy() throws(MemoryStoreError) -> [MemoryRow] {
        var reader = FieldScanner(copyBytes, name: "COPY")
        var rows: [MemoryRow] = []
        for _ in 0..<rowCount {
            guard try reader.int16() == Int16(columns.count) else { throw .malformed("COPY row") }
            var fields: [[UInt8]?] = []
            for _ in columns { fields.append(try reader.field()) }
            rows.append(MemoryRow(fields: fields))
        }
        try reader.finish()
        return rows
    }
}

/// Reads length-prefixed fields.
private struct FieldScanner {
    private let bytes: UnsafeRawBufferPointer
    private let name: String
    private var at = 0

    init(_ bytes: UnsafeRawBufferPointer, name: String) {
        self.bytes = bytes
        self.name = name
    }

    private mutating func integer<T: FixedWidthInteger>(_ type: T.Type) throws(MemoryStoreError) -> T {
        guard bytes.count - at >= MemoryLayout<T>.size else { throw .malformed("\(name) is cut off") }
        defer { at += MemoryLayout<T>.size }
        return T(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: type))
    }

    mutating func int32() throws(MemoryStoreError) -> Int32 { try integer(Int32.self) }
    mutating func int16() throws(MemoryStoreError) -> Int16 { try integer(Int16.self) }

    mutating func field() throws(MemoryStoreError) -> [UInt8]? {
        let length = Int(try int32())
        guard length >= 0 else { return nil }
        guard bytes.count - at >= length else { throw .malformed("\(name) is cut off") }
        defer { at += length }
        return Array(bytes[at..<at + length])
    }

    func finish() throws(MemoryStoreError) {
        guard at == bytes.count else { throw .malformed("\(name) has bytes left over") }
    }
}
