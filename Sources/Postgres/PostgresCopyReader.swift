import CLibpq

/// One COPY … TO STDOUT in progress, read row by row.
///
/// Of a binary COPY a row is its 16-bit field count and its fields (`PostgresCopyRow` walks them); the frame is
/// taken off. Of a text COPY a row is a line with its line feed.
public final class PostgresCopyReader {
    private let connection: PostgresConnection
    private let isBinary: Bool
    private var current: UnsafeMutablePointer<CChar>?
    private var isOpen = true
    private var sawHeader = false

    init(_ connection: PostgresConnection, isBinary: Bool) {
        self.connection = connection
        self.isBinary = isBinary
    }

    deinit {
        PQfreemem(current)
        if isOpen { cancel() }
    }

    /// The next row, valid until the next call; nil at the end.
    public func next() throws(PostgresError) -> UnsafeRawBufferPointer? {
        while isOpen {
            PQfreemem(current)
            current = nil
            let length = PQgetCopyData(connection.handle, &current, 0)
            if length < 0 {
                try end()
                return nil
            }
            let message = UnsafeRawBufferPointer(start: current, count: Int(length))
            if let row = try row(in: message) { return row }
        }
        return nil
    }

    /// Stops reading before the end: cancels the server's command and forgets the rest.
    public func cancel() {
        guard isOpen else { return }
        isOpen = false
        if let cancellation = try? connection.cancellation() { _ = try? cancellation.cancel() }
        var row: UnsafeMutablePointer<CChar>?
        while PQgetCopyData(connection.handle, &row, 0) > 0 { PQfreemem(row) }
        connection.drain()
        connection.isBusy = false
    }

    private func end() throws(PostgresError) {
        isOpen = false
        defer { connection.isBusy = false }
        _ = try connection.lastResult()
    }

    private func row(in message: UnsafeRawBufferPointer) throws(PostgresError) -> UnsafeRawBufferPointer? {
        guard isBinary else { return message }
        var rest = message
        if !sawHeader {
            rest = try afterHeader(rest)
            sawHeader = true
        }
        guard rest.count >= 2 else { return nil }
        let isTrailer = rest.count == 2 && rest.loadUnaligned(as: UInt16.self) == 0xFFFF
        return isTrailer ? nil : rest
    }

    private func afterHeader(_ bytes: UnsafeRawBufferPointer) throws(PostgresError) -> UnsafeRawBufferPointer {
        let fixed = PostgresCopyFormat.header.count
        guard bytes.count >= fixed, bytes.starts(with: PostgresCopyFormat.header.prefix(11)) else {
            throw .usage("the server's COPY does not begin as a binary COPY does")
        }
        let extra = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: fixed - 4, as: UInt32.self)))
        guard bytes.count >= fixed + extra else { throw .usage("the server's binary COPY header is cut short") }
        return UnsafeRawBufferPointer(rebasing: bytes[(fixed + extra)...])
    }
}

/// Walks the fields of one binary COPY row.
public struct PostgresCopyRow {
    public let fieldCount: Int
    private var rest: UnsafeRawBufferPointer

    public init(_ row: UnsafeRawBufferPointer) {
        guard row.count >= 2 else {
            fieldCount = 0
            rest = row
            return
        }
        fieldCount = Int(Int16(bigEndian: row.loadUnaligned(as: Int16.self)))
        rest = UnsafeRawBufferPointer(rebasing: row[2...])
    }

    /// The next field's bytes; nil for null, and for a row that is used up or cut short.
    public mutating func next() -> UnsafeRawBufferPointer? {
        guard rest.count >= 4 else { return nil }
        let length = Int(Int32(bigEndian: rest.loadUnaligned(as: Int32.self)))
        guard length >= 0, rest.count >= 4 + length else {
            rest = UnsafeRawBufferPointer(rebasing: rest[4...])
            return nil
        }
        let field = UnsafeRawBufferPointer(rebasing: rest[4..<(4 + length)])
        rest = UnsafeRawBufferPointer(rebasing: rest[(4 + length)...])
        return field
    }
}
