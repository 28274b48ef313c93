import Domain

/// Values of a record's columns, each failure naming column, value, reason and remedy.
extension CSVRecord {
    /// The column's text; nil where it is empty or the file has no such column.
    func optional(_ column: Column) throws(FieldProblem) -> String? {
        guard let index = column.index else { return nil }
        guard let text = text(index) else {
            let shown = String(decoding: trimmedBytes(index), as: UTF8.self)
            throw FieldProblem(column.name, shown, "is not UTF-8 text", "Save the file as UTF-8.")
        }
        if let control = text.unicodeScalars.first(where: { $0.value < 0x20 }) {
            throw FieldProblem(
                column.name, text, "holds the control character \(control.value)", "Remove it.")
        }
        return text.isEmpty ? nil : text
    }

    func required(_ column: Column) throws(FieldProblem) -> String {
        guard let text = try optional(column) else {
            throw FieldProblem(column.name, "", "is empty", "Fill in \(column.name).")
        }
        return text
    }

    /// A decimal number, read exactly. Thousands separators are refused: `1,000` and `1.000` mean different things.
    func decimal(_ column: Column) throws(FieldProblem) -> Fixed8 {
        let text = try required(column)
        do {
            return try Fixed8(parsing: text)
        } catch {
            throw FieldProblem(
                column.name, text, "is \(error)", "Write a plain number such as 1041.55.")
        }
    }

    func positiveDecimal(_ column: Column) throws(FieldProblem) -> Fixed8 {
        let value = try decimal(column)
        guard value.isPositive else {
            throw FieldProblem(
                column.name, value.description, "is not above zero", "Write the amount without a sign.")
        }
        return value
    }

    /// Options expire at 0, so a price may be that.
    func decimalFromZero(_ column: Column) throws(FieldProblem) -> Fixed8 {
        let value = try decimal(column)
        guard !value.isNegative else {
            throw FieldProblem(column.name, value.description, "is below zero", "Write the amount without a sign.")
        }
        return value
    }

    /// `YYYY-MM-DD`, not before 1990 or after 2100.
    func date(_ column: Column) throws(FieldProblem) -> CivilDate {
        let text = try required(column)
        guard let date = CivilDate(parsing: text), date.year >= 1990, date.year <= 2100 else {
            throw FieldProblem(
                column.name, text, "is not a date of the form YYYY-MM-DD between 1990 and 2100",
                "Write it as YYYY-MM-DD; spreadsheets often rewrite dates.")
        }
        return date
    }
}
