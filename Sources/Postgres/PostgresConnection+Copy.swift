import CLibpq

extension PostgresConnection {
    /// Runs `COPY … FROM STDIN`; returns the number of rows stored. When `body` throws nothing is stored.
    @discardableResult
    public func copyIn(
        _ sql: String, _ body: (PostgresCopyWriter) throws(PostgresError) -> Void
    ) throws(PostgresError) -> Int {
        let writer = try startCopyIn(sql)
        do throws(PostgresError) {
            try body(writer)
        } catch {
            writer.cancel("the client gave up: \(error.message)")
            throw error
        }
        return try writer.finish()
    }

    /// Runs `COPY … FROM STDIN (FORMAT binary)` with the frame around what `body` writes.
    @discardableResult
    public func copyInBinary(
        _ sql: String, _ body: (PostgresCopyWriter) throws(PostgresError) -> Void
    ) throws(PostgresError) -> Int {
        try copyIn(sql) { writer throws(PostgresError) in
            try writer.writeBinaryHeader()
            try body(writer)
            try writer.writeBinaryTrailer()
        }
    }

    /// Runs `COPY … TO STDOUT` and calls `body` for each row; see `PostgresCopyReader` for what a row is.
    public func copyOut(
        _ sql: String, _ body: (UnsafeRawBufferPointer) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        let reader = try startCopyOut(sql)
        do throws(PostgresError) {
            while let row = try reader.next() { try body(row) }
        } catch {
            reader.cancel()
            throw error
        }
    }

    /// Begins a COPY in; the connection does nothing else until the writer's `finish` or `cancel`.
    public func startCopyIn(_ sql: String) throws(PostgresError) -> PostgresCopyWriter {
        _ = try startCopy(sql, expecting: PGRES_COPY_IN)
        return PostgresCopyWriter(self)
    }

    /// Begins a COPY out; the connection does nothing else until the reader's end or `cancel`.
    public func startCopyOut(_ sql: String) throws(PostgresError) -> PostgresCopyReader {
        PostgresCopyReader(self, isBinary: try startCopy(sql, expecting: PGRES_COPY_OUT))
    }

    /// True for a binary COPY.
    private func startCopy(_ sql: String, expecting status: ExecStatusType) throws(PostgresError) -> Bool {
        try requireIdle()
        let result = PQexec(handle, sql)
        guard let result, PQresultStatus(result) == status else {
            _ = try check(result)
            throw .usage("the statement is not the COPY that was expected: \(sql)")
        }
        let isBinary = PQbinaryTuples(result) == 1
        PQclear(result)
        isBusy = true
        return isBinary
    }

    /// Reads the current command to its end and returns its result or throws its error.
    func lastResult() throws(PostgresError) -> PostgresResult {
        let result = PQgetResult(handle)
        defer { drain() }
        return try check(result)
    }
}
