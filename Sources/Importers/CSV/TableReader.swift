/// A row of data with its place in the file.
struct TableRow: Equatable {
    /// From 1, the header and blank lines not counted.
    let number: Int
    let record: CSVRecord
}

/// What a table reader found next.
enum TableItem {
    case row(TableRow)
    case problem(RowProblem)
}

/// A CSV file with a header: finds the header below what a workbook put above it, numbers the rows, skips blank ones.
struct TableReader<Source: ByteSource & ~Copyable>: ~Copyable {
    private var reader: CSVReader<Source>
    let file: String
    let columns: ColumnMap
    private var rowNumber = 0

    /// - Throws: `ImportFileError` when no line has all of the `required` columns.
    init(_ source: consuming Source, file: String, required: [String], kind: String) throws(ImportFileError) {
        var reader = CSVReader(source)
        columns = try Self.findHeader(&reader, file: file, required: required, kind: kind)
        self.reader = reader
        self.file = file
    }

    mutating func next() throws(ImportFileError) -> TableItem? {
        while let item = try Self.naming(file, { () throws(ImportFileError) in try reader.next() }) {
            switch item {
            case .record(let record) where record.isBlank: continue
            case .record(let record):
                rowNumber += 1
                return .row(TableRow(number: rowNumber, record: record))
            case .fault(let fault):
                rowNumber += 1
                return .problem(problem(fault))
            }
        }
        return nil
    }

    func problem(_ field: FieldProblem, in row: TableRow) -> RowProblem {
        RowProblem(
            file: file, row: row.number, line: row.record.line, column: field.column, value: field.value,
            reason: field.reason, remedy: field.remedy)
    }

    private func problem(_ fault: CSVFault) -> RowProblem {
        let column = columns.names.indices.contains(fault.field) ? columns.names[fault.field] : nil
        return RowProblem(
            file: file, row: rowNumber, line: fault.line, column: column, value: nil, reason: fault.reason,
            remedy: "Correct the line's quotes and commas and import the file again.")
    }

    private static func findHeader(
        _ reader: inout CSVReader<Source>, file: String, required: [String], kind: String
    ) throws(ImportFileError) -> ColumnMap {
        var nearest: ColumnMap?
        for _ in 0..<ImportersLimits.maximumPreambleLines {
            guard let item = try naming(file, { () throws(ImportFileError) in try reader.next() }) else { break }
            guard case .record(let record) = item, !record.isBlank else { continue }
            let columns = ColumnMap(record)
            let missing = columns.missing(of: required)
            if missing.isEmpty { return columns }
            if missing.count < (nearest?.missing(of: required).count ?? required.count + 1) { nearest = columns }
        }
        throw headerError(nearest, file: file, required: required, kind: kind)
    }

    private static func headerError(
        _ nearest: ColumnMap?, file: String, required: [String], kind: String
    ) -> ImportFileError {
        guard let nearest else {
            return ImportFileError(path: file, reason: "it is empty", remedy: "Export \(kind) again.")
        }
        let missing = nearest.missing(of: required).joined(separator: ", ")
        let found = nearest.names.prefix(12).joined(separator: ", ")
        return ImportFileError(
            path: file, reason: "it is not \(kind): missing the columns \(missing) (found: \(found))",
            remedy: "Name a file with the columns \(required.joined(separator: ", ")).")
    }

    /// The reader does not know its file's name.
    private static func naming<R>(
        _ file: String, _ body: () throws(ImportFileError) -> R
    ) throws(ImportFileError) -> R {
        do {
            return try body()
        } catch {
            throw ImportFileError(path: file, reason: error.reason, remedy: error.remedy)
        }
    }
}
