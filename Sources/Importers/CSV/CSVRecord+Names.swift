import Events

/// Names and ids of a record's columns, held to what the event schemas take.
extension CSVRecord {
    /// A symbol as the exchange writes it, in capitals.
    func symbol(_ column: Column) throws(FieldProblem) -> String {
        let text = try required(column).uppercased()
        guard text.utf8.count <= EventsLimits.maximumSymbolCharacters else {
            throw tooLong(column, text, EventsLimits.maximumSymbolCharacters)
        }
        return text
    }

    /// `NSE`, `BSE`, `MCX`…, in capitals.
    func exchange(_ column: Column) throws(FieldProblem) -> String {
        let text = try required(column).uppercased()
        let isWord = text.utf8.allSatisfy {
            (65...90).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_")
        }
        guard isWord, text.utf8.count <= EventsLimits.maximumExchangeCharacters else {
            throw FieldProblem(column.name, text, "is not an exchange's code", "Write it as NSE, BSE or MCX.")
        }
        return text
    }

    /// An id as text: order ids exceed 2⁵³, so no id is ever a number here.
    func identifier(_ column: Column) throws(FieldProblem) -> String? {
        guard let text = try optional(column) else { return nil }
        // The trade's id adds broker, exchange, segment and date to it.
        let limit = EventsLimits.maximumIdentifierCharacters / 2
        guard text.utf8.count <= limit else { throw tooLong(column, text, limit) }
        return text
    }

    private func tooLong(_ column: Column, _ text: String, _ limit: Int) -> FieldProblem {
        FieldProblem(column.name, text, "is longer than \(limit) bytes", "Check that the columns are in place.")
    }
}
