/// A field of a topic's data, as `schemas/events` has it: for people.
public struct TopicField: Sendable, Equatable, Encodable {
    public let name: String
    /// In words: `decimal > 0`, or the values that it takes.
    public let type: String
    public let required: Bool
    public let meaning: String
}

extension EventKind {
    /// The fields of its data in the current version, in the schema's order.
    public var fields: [TopicField] {
        TopicField.table.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard cells.count == 5, cells[0] == topic else { return nil }
            return TopicField(name: cells[1], type: cells[2], required: cells[3] == "required", meaning: cells[4])
        }
    }
}
