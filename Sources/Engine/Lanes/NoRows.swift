import Projections

/// The answer of an empty table.
struct NoRows: RowSource {
    var rowCount: Int { 0 }

    func field(row: Int, column: Int) -> UnsafeRawBufferPointer? { nil }
}
