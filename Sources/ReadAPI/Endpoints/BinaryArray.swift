import Postgres

/// Reads a one-dimensional array without nulls in PostgreSQL's binary format, element by element.
///
/// Borrows the result's bytes: use it while the result lives.
struct BinaryArray {
    let count: Int
    private let bytes: UnsafeRawBufferPointer
    private var offset = 20

    /// No bytes (null) and no dimensions are both the empty array.
    init(_ bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        self.bytes = bytes
        guard !bytes.isEmpty else {
            count = 0
            return
        }
        guard bytes.count >= 12 else { throw Self.cut }
        let dimensions = Self.integer(bytes, 0)
        guard dimensions <= 1, bytes.count >= 20 || dimensions == 0 else {
            throw .usage("an array of \(dimensions) dimensions was read as one of one")
        }
        count = dimensions == 0 ? 0 : Int(Self.integer(bytes, 12))
    }

    mutating func next() throws(PostgresError) -> UnsafeRawBufferPointer {
        guard offset + 4 <= bytes.count else { throw Self.cut }
        let length = Int(Self.integer(bytes, offset))
        guard length >= 0, offset + 4 + length <= bytes.count else { throw Self.cut }
        defer { offset += 4 + length }
        return UnsafeRawBufferPointer(rebasing: bytes[offset + 4..<offset + 4 + length])
    }

    /// A timestamptz as microseconds since the Unix epoch.
    mutating func nextTime() throws(PostgresError) -> Int64 {
        let value = try next()
        guard value.count == 8 else { throw Self.cut }
        let (time, overflow) = Int64(bigEndian: value.loadUnaligned(as: Int64.self)).addingReportingOverflow(
            PostgresEpoch.unixMicroseconds)
        guard !overflow else { throw .usage("an infinite time in an array") }
        return time
    }

    private static let cut = PostgresError.usage("an array is cut short or holds a null")

    private static func integer(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int32 {
        Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
    }
}
