import Events

/// Reads the events that an importer made as processors will: what they would refuse is told with its row instead.
struct EventCheck {
    /// In which column a field of the event's data was written.
    typealias Columns = [String: Column]

    private let decoder = EventDecoder()
    private let kind: EventKind
    private let columns: Columns

    /// - Parameter columns: by the field's name. Fields without one are the same in all rows: those that options give.
    init(_ kind: EventKind, _ columns: Columns) {
        self.kind = kind
        self.columns = columns
    }

    /// What is wrong with the row that these events were made of.
    /// - Throws: `ImportFileError` where it is wrong with every row of the file.
    func problem(_ events: [OutgoingEvent], of row: TableRow, file: String) throws(ImportFileError) -> FieldProblem? {
        for event in events {
            guard let refusal = refusal(event) else { continue }
            let field = refusal.field.hasPrefix("data.") ? String(refusal.field.dropFirst(5)) : refusal.field
            guard let column = columns[field] else {
                throw ImportFileError(
                    path: file, reason: "\(field) of its events \(refusal.reason)", remedy: refusal.remedy)
            }
            return FieldProblem(
                column.name, column.index.flatMap(row.record.text), refusal.reason, refusal.remedy)
        }
        return nil
    }

    private func refusal(_ event: OutgoingEvent) -> EventRefusal? {
        do throws(EventRefusal) {
            _ = try event.value.withUnsafeBufferPointer { bytes throws(EventRefusal) in
                try decoder.decode(kind, value: UnsafeRawBufferPointer(bytes))
            }
            return nil
        } catch {
            return error
        }
    }
}
