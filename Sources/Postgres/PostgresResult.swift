import CLibpq

/// The answer to one statement, in binary format unless it came through `execute`.
///
/// Owns libpq's memory: bytes handed out are valid while the result lives. Use it on the thread of its connection.
public final class PostgresResult {
    let handle: OpaquePointer

    public let rowCount: Int
    public let columnCount: Int

    /// Takes over `handle`.
    init(_ handle: OpaquePointer) {
        self.handle = handle
        rowCount = Int(PQntuples(handle))
        columnCount = Int(PQnfields(handle))
    }

    deinit { PQclear(handle) }

    /// Rows inserted, updated, deleted, selected or copied, as the command's tag says.
    public var commandTuples: Int {
        guard let text = PQcmdTuples(handle) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// The command's tag, such as `INSERT 0 3` or `COMMIT`.
    public var commandTag: String {
        guard let text = PQcmdStatus(handle) else { return "" }
        return String(cString: text)
    }

    public func columnName(_ column: Int) -> String {
        guard let name = PQfname(handle, Int32(column)) else { return "column \(column)" }
        return String(cString: name)
    }

    public func columnIndex(_ name: String) -> Int? {
        let index = PQfnumber(handle, "\"\(name)\"")
        return index < 0 ? nil : Int(index)
    }

    public func columnOID(_ column: Int) -> PostgresOID {
        PostgresOID(rawValue: PQftype(handle, Int32(column)))
    }

    @inline(__always)
    public func isNull(_ row: Int, _ column: Int) -> Bool {
        PQgetisnull(handle, Int32(row), Int32(column)) != 0
    }

    /// The value's bytes; empty for null. Valid while the result lives.
    public func bytes(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer {
        let length = Int(PQgetlength(handle, Int32(row), Int32(column)))
        return UnsafeRawBufferPointer(start: PQgetvalue(handle, Int32(row), Int32(column)), count: length)
    }
}
