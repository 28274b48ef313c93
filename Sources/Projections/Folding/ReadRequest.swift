/// Rows that a fold must see before it goes on: all rows of a table whose `columns` equal one of the keys.
public struct ReadRequest {
    public let table: TableDefinition
    /// Distinct keys, as arrays.
    public let keys: RowBatch
    /// The order of the rows, if it matters.
    public let order: [String]

    public init(_ table: TableDefinition, by columns: [String], order: [String] = []) {
        self.table = table
        self.order = order
        keys = RowBatch(columns: table.columns(named: columns), layout: .arrays)
    }
}
