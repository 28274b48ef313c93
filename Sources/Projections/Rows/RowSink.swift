import Domain

/// What a row's fields are put into, one after the other in the order of its table's columns.
protocol RowSink: ~Copyable {
    mutating func putNull()
    mutating func put(_ value: Int64)
    mutating func put(_ value: Int32)
    mutating func put(_ value: Int16)
    mutating func put(_ value: Bool)
    mutating func put(_ value: String)
    /// One text of two with an ASCII character between.
    mutating func put(_ first: String, separator: UInt8, _ second: String)
    mutating func put(_ bytes: UnsafeRawBufferPointer)
    /// An amount's units at scale 8, for a `numeric(38,8)` column.
    mutating func put(amountUnits units: Int128)
}

extension RowSink where Self: ~Copyable {
    /// Microseconds since the Unix epoch, for a `timestamptz` column.
    @inline(__always)
    mutating func put(unixMicroseconds: Int64) { put(unixMicroseconds - PostgresEpoch.unixMicroseconds) }

    @inline(__always)
    mutating func put(_ value: String?) {
        if let value { put(value) } else { putNull() }
    }

    @inline(__always)
    mutating func put(_ id: TradeId) { id.withBytes { put($0) } }
}

extension RowBatch: RowSink {
    func put(_ first: String, separator: UInt8, _ second: String) {
        put("\(first)\(Unicode.Scalar(separator))\(second)")
    }
}
