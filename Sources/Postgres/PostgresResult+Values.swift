import CLibpq

/// Typed readers. Each throws a usage error that names the column for null or bytes that do not fit the type.
extension PostgresResult {
    public func int16(_ row: Int, _ column: Int) throws(PostgresError) -> Int16 {
        try fixed(row, column, as: Int16.self)
    }

    public func int32(_ row: Int, _ column: Int) throws(PostgresError) -> Int32 {
        try fixed(row, column, as: Int32.self)
    }

    /// A bigint, integer or smallint.
    public func int64(_ row: Int, _ column: Int) throws(PostgresError) -> Int64 {
        let value = try present(row, column)
        switch value.count {
        case 8: return Int64(bigEndian: value.loadUnaligned(as: Int64.self))
        case 4: return Int64(Int32(bigEndian: value.loadUnaligned(as: Int32.self)))
        case 2: return Int64(Int16(bigEndian: value.loadUnaligned(as: Int16.self)))
        default: throw mismatch(row, column, "an integer")
        }
    }

    public func float64(_ row: Int, _ column: Int) throws(PostgresError) -> Double {
        Double(bitPattern: try fixed(row, column, as: UInt64.self))
    }

    public func bool(_ row: Int, _ column: Int) throws(PostgresError) -> Bool {
        try fixed(row, column, as: UInt8.self) != 0
    }

    /// The text of a text-like column, or of any column of an `execute` result.
    public func text(_ row: Int, _ column: Int) throws(PostgresError) -> String {
        String(decoding: try present(row, column), as: UTF8.self)
    }

    /// Microseconds since the Unix epoch. Throws for ±infinity.
    public func timestamptz(_ row: Int, _ column: Int) throws(PostgresError) -> Int64 {
        let value = try fixed(row, column, as: Int64.self)
        let (microseconds, overflow) = value.addingReportingOverflow(PostgresEpoch.unixMicroseconds)
        guard !overflow, value != .min else { throw mismatch(row, column, "a finite time") }
        return microseconds
    }

    /// Units of 10⁻⁸.
    public func numericUnits(_ row: Int, _ column: Int) throws(PostgresError) -> Int128 {
        let value = try present(row, column)
        do throws(PostgresError) {
            return try PostgresNumeric.decode(value)
        } catch {
            throw .usage("column \(columnName(column)), row \(row): \(error.message)")
        }
    }

    public func byteArray(_ row: Int, _ column: Int) throws(PostgresError) -> [UInt8] {
        [UInt8](try present(row, column))
    }

    public func int64IfPresent(_ row: Int, _ column: Int) throws(PostgresError) -> Int64? {
        isNull(row, column) ? nil : try int64(row, column)
    }

    public func textIfPresent(_ row: Int, _ column: Int) throws(PostgresError) -> String? {
        isNull(row, column) ? nil : try text(row, column)
    }

    public func timestamptzIfPresent(_ row: Int, _ column: Int) throws(PostgresError) -> Int64? {
        isNull(row, column) ? nil : try timestamptz(row, column)
    }

    public func numericUnitsIfPresent(_ row: Int, _ column: Int) throws(PostgresError) -> Int128? {
        isNull(row, column) ? nil : try numericUnits(row, column)
    }

    private func fixed<Value: FixedWidthInteger & BitwiseCopyable>(
        _ row: Int, _ column: Int, as type: Value.Type
    ) throws(PostgresError) -> Value {
        let value = try present(row, column)
        guard value.count == MemoryLayout<Value>.size else { throw mismatch(row, column, "\(type)") }
        return Value(bigEndian: value.loadUnaligned(as: Value.self))
    }

    private func present(_ row: Int, _ column: Int) throws(PostgresError) -> UnsafeRawBufferPointer {
        guard row >= 0, row < rowCount, column >= 0, column < columnCount else {
            throw .usage("row \(row), column \(column) asked of a result of \(rowCount) × \(columnCount)")
        }
        let value = bytes(row, column)
        if value.isEmpty, isNull(row, column) {
            throw .usage("column \(columnName(column)) is null in row \(row), where a value was expected")
        }
        return value
    }

    private func mismatch(_ row: Int, _ column: Int, _ wanted: String) -> PostgresError {
        .usage(
            "column \(columnName(column)) of type \(columnOID(column).rawValue) "
                + "(\(bytes(row, column).count) bytes in row \(row)) was read as \(wanted)")
    }
}
