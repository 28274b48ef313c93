/// A row that was not imported: where it is, what is wrong with it and what to do.
public struct RowProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file as the user named it.
    public let file: String
    /// Rows of data from 1, the header and blank lines not counted.
    public let row: Int
    /// The line of the file, from 1, as an editor shows it.
    public let line: Int
    /// The column's name in the file; nil when the row as a whole is wrong.
    public let column: String?
    /// What stands there, shortened to `ImportersLimits.reportedValueCharacters`.
    public let value: String?
    public let reason: String
    public let remedy: String

    public init(
        file: String, row: Int, line: Int, column: String?, value: String?, reason: String, remedy: String
    ) {
        self.file = file
        self.row = row
        self.line = line
        self.column = column
        self.value = value
        self.reason = reason
        self.remedy = remedy
    }

    /// `trades.csv:18: row 17, column trade_date: "31/13/2025" is not a date … Write it as …`
    public var description: String {
        var text = "\(file):\(line): row \(row)"
        if let column { text += ", column \(column)" }
        text += ": "
        if let value { text += "\"\(value)\" " }
        return text + "\(reason). \(remedy)"
    }
}

/// What is wrong with one field; the row's place is added by whoever knows it.
struct FieldProblem: Error, Equatable {
    let column: String?
    let value: String?
    let reason: String
    let remedy: String

    init(_ column: String?, _ value: String?, _ reason: String, _ remedy: String) {
        self.column = column
        self.value = value.map { Self.shortened($0) }
        self.reason = reason
        self.remedy = remedy
    }

    private static func shortened(_ value: String) -> String {
        let limit = ImportersLimits.reportedValueCharacters
        return value.count <= limit ? value : value.prefix(limit) + "…"
    }
}
