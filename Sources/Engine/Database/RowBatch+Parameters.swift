import Postgres
import Projections

extension RowBatch {
    /// The columns as array parameters, not copied: valid until the batch is written to again.
    var parameters: [PostgresParameter] {
        columns.indices.map { index in
            .binary(PostgresOID(rawValue: columns[index].type.arrayOid), borrowing: array(index))
        }
    }
}

extension PostgresResult: RowSource {
    public func field(row: Int, column: Int) -> UnsafeRawBufferPointer? {
        isNull(row, column) ? nil : bytes(row, column)
    }
}
