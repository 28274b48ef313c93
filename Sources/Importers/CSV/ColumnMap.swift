/// The columns of a file by name. Case, blanks and underscores make no difference: `Trade Date` is `trade_date`.
struct ColumnMap: Equatable {
    /// The names as the file writes them.
    let names: [String]
    private let indices: [String: Int]

    init(_ header: CSVRecord) {
        names = (0..<header.fieldCount).map { header.text($0) ?? "" }
        var indices: [String: Int] = [:]
        for (index, name) in names.enumerated() where !name.isEmpty && indices[Self.normal(name)] == nil {
            indices[Self.normal(name)] = index
        }
        self.indices = indices
    }

    func index(of name: String) -> Int? { indices[Self.normal(name)] }

    func missing(of wanted: [String]) -> [String] { wanted.filter { index(of: $0) == nil } }

    private static func normal(_ name: String) -> String {
        name.lowercased().filter { $0 != " " && $0 != "_" && $0 != "-" }
    }
}

/// A column that a layout knows, found once a file.
struct Column {
    let name: String
    /// nil when this file has no such column.
    let index: Int?

    init(_ name: String, in columns: ColumnMap) {
        index = columns.index(of: name)
        self.name = index.map { columns.names[$0] } ?? name
    }
}
