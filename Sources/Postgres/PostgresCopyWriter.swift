import CLibpq

/// One COPY … FROM STDIN in progress. Gathers bytes and hands them to libpq in chunks.
public final class PostgresCopyWriter {
    private let connection: PostgresConnection
    private let chunk = PostgresByteBuffer(capacity: PostgresLimits.copyChunkBytes * 2)
    private var isOpen = true

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// Bytes of the COPY's format; need not end at a row's end.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        if bytes.count >= PostgresLimits.copyChunkBytes {
            try flush()
            try put(bytes)
            return
        }
        chunk.append(bytes)
        try flushIfFull()
    }

    public func write(_ bytes: [UInt8]) throws(PostgresError) {
        let failure: PostgresError? = bytes.withUnsafeBytes { raw in
            do throws(PostgresError) {
                try write(raw)
                return nil
            } catch { return error }
        }
        if let failure { throw failure }
    }

    /// Starts a binary COPY; write it first, once.
    public func writeBinaryHeader() throws(PostgresError) { try write(PostgresCopyFormat.header) }

    /// Ends a binary COPY; write it last, once.
    public func writeBinaryTrailer() throws(PostgresError) { try write(PostgresCopyFormat.trailer) }

    /// Appends one binary row: `fields` appends exactly `fieldCount` fields to the buffer it is given.
    public func writeRow(fieldCount: Int, _ fields: (PostgresByteBuffer) -> Void) throws(PostgresError) {
        chunk.append(integer: Int16(fieldCount))
        fields(chunk)
        try flushIfFull()
    }

    /// Ends the COPY and returns the number of rows stored.
    @discardableResult
    public func finish() throws(PostgresError) -> Int {
        try flush()
        guard isOpen else { throw .usage("the COPY has ended already") }
        isOpen = false
        defer { connection.isBusy = false }
        guard PQputCopyEnd(connection.handle, nil) == 1 else { throw connection.lost(connection.connectionMessage) }
        let result = try connection.lastResult()
        return result.commandTuples
    }

    /// Ends the COPY so that the server rejects all of it.
    public func cancel(_ reason: String) {
        guard isOpen else { return }
        isOpen = false
        PQputCopyEnd(connection.handle, reason)
        connection.drain()
        connection.isBusy = false
    }

    private func flushIfFull() throws(PostgresError) {
        if chunk.count >= PostgresLimits.copyChunkBytes { try flush() }
    }

    private func flush() throws(PostgresError) {
        guard chunk.count > 0 else { return }
        try put(chunk.bytes)
        chunk.removeAll()
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        guard isOpen else { throw .usage("the COPY has ended already") }
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let length = min(rest.count, PostgresLimits.maximumCopyMessageBytes)
            let sent = PQputCopyData(connection.handle, start.assumingMemoryBound(to: CChar.self), Int32(length))
            guard sent == 1 else { throw connection.lost(connection.connectionMessage) }
            rest = UnsafeRawBufferPointer(rebasing: rest[length...])
        }
    }
}

/// The frame of a binary COPY.
public enum PostgresCopyFormat {
    /// Signature, flags, no header extension.
    public static let header: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [0, 0, 0, 0, 0, 0, 0, 0]
    public static let trailer: [UInt8] = [0xFF, 0xFF]
}
