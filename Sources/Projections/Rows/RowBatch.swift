import Domain

/// Rows of one table, or keys of it, encoded in PostgreSQL's binary formats while a fold produces them.
///
/// A field is the same bytes in an array parameter and in a COPY stream: a length and the value. Only where the
/// fields lie differs, so one row encoder serves the live path (arrays) and the rebuild (COPY).
public final class RowBatch {
    public enum Layout: Sendable {
        /// One array parameter a column.
        case arrays
        /// COPY BINARY rows, without the stream's header and trailer.
        case copy
    }

    public let columns: [Column]
    public let layout: Layout
    public private(set) var rowCount = 0
    private var buffers: [ByteBuffer] {
        didSet { copyTarget = Unmanaged.passUnretained(buffers[0]) }
    }
    /// The first buffer, lent to each row of a COPY stream: counted up and down for every row it cost as much as a field.
    private var copyTarget: Unmanaged<ByteBuffer>
    private var column = 0

    /// ndim, has-null flag, element type, element count, lower bound.
    static let arrayHeaderBytes = 20
    private static let nullLength: Int32 = -1

    public init(columns: [Column], layout: Layout) {
        self.columns = columns
        self.layout = layout
        let buffers = (0..<(layout == .arrays ? columns.count : 1)).map { _ in ByteBuffer() }
        self.buffers = buffers
        copyTarget = Unmanaged.passUnretained(buffers[0])
        clear()
    }

    /// All bytes held, for limits.
    public var byteCount: Int { buffers.reduce(0) { $0 + $1.count } }

    /// Forgets the rows and keeps the memory.
    public func clear() {
        rowCount = 0
        column = 0
        for buffer in buffers { buffer.truncate() }
        guard layout == .arrays else { return }
        for (buffer, column) in zip(buffers, columns) {
            buffer.append(Int32(1))
            buffer.append(Int32(1))
            buffer.append(column.type.oid)
            buffer.append(Int32(0))
            buffer.append(Int32(1))
        }
    }

    /// The binary array of column `index`; valid until the next write.
    public func array(_ index: Int) -> UnsafeRawBufferPointer {
        buffers[index].patch(Int32(rowCount), at: 12)
        return buffers[index].bytes
    }

    /// The COPY rows; valid until the next write.
    public var copyBytes: UnsafeRawBufferPointer { buffers[0].bytes }

    /// Starts a row; every column must then be written once, in the columns' order.
    public func beginRow() {
        assert(column == 0 || column == columns.count, "a row was left unfinished")
        column = 0
        rowCount += 1
        if layout == .copy { buffers[0].append(Int16(columns.count)) }
    }

    /// Writes a whole row of a COPY stream. The layout must be `copy`.
    @inline(__always)
    func appendRow(_ encode: (inout CopyRow) -> Void) {
        precondition(layout == .copy)
        var row = CopyRow(in: copyTarget, columnCount: columns.count)
        encode(&row)
        row.finish()
        rowCount += 1
    }

    /// Moves the rows of another batch of the same table here, behind the rows that are here. Both layouts must be
    /// `copy`.
    func take(rowsOf other: RowBatch) {
        precondition(layout == .copy && other.layout == .copy && columns.count == other.columns.count)
        if rowCount == 0 {
            swap(&buffers, &other.buffers)
        } else {
            buffers[0].append(other.copyBytes)
        }
        rowCount += other.rowCount
        other.clear()
    }

    @inline(__always)
    private func next() -> ByteBuffer {
        defer { column += 1 }
        return layout == .copy ? buffers[0] : buffers[column]
    }

    public func putNull() { next().append(Self.nullLength) }

    public func put(_ value: Int64) {
        let buffer = next()
        buffer.append(Int32(8))
        buffer.append(value)
    }

    public func put(_ value: Int32) {
        let buffer = next()
        buffer.append(Int32(4))
        buffer.append(value)
    }

    public func put(_ value: Int16) {
        let buffer = next()
        buffer.append(Int32(2))
        buffer.append(value)
    }

    public func put(_ value: Bool) {
        let buffer = next()
        buffer.append(Int32(1))
        buffer.append(UInt8(value ? 1 : 0))
    }

    public func put(_ value: String) {
        let buffer = next()
        var copy = value
        copy.withUTF8 { text in
            buffer.append(Int32(text.count))
            buffer.append(UnsafeRawBufferPointer(text))
        }
    }

    public func put(_ bytes: UnsafeRawBufferPointer) {
        let buffer = next()
        buffer.append(Int32(bytes.count))
        buffer.append(bytes)
    }

    /// An amount's units at scale 8, for a `numeric(38,8)` column.
    public func put(amountUnits units: Int128) { NumericFormat.append(units, to: next()) }

    /// Microseconds since the Unix epoch, for a `timestamptz` column.
    public func put(unixMicroseconds: Int64) { put(unixMicroseconds - PostgresEpoch.unixMicroseconds) }

    /// Days since the Unix epoch, for a `date` column.
    public func put(unixDay: Int32) { put(unixDay - PostgresEpoch.unixDays) }

    public func put(_ value: String?) {
        if let value { put(value) } else { putNull() }
    }

    public func put(_ value: Int64?) {
        if let value { put(value) } else { putNull() }
    }

    public func put(amountUnits units: Int128?) {
        if let units { put(amountUnits: units) } else { putNull() }
    }

    public func put(unixMicroseconds value: Int64?) {
        if let value { put(unixMicroseconds: value) } else { putNull() }
    }
}

/// PostgreSQL counts times and dates from 2000-01-01.
enum PostgresEpoch {
    static let unixDays: Int32 = 10_957
    static let unixMicroseconds: Int64 = 10_957 * 86_400_000_000
}
