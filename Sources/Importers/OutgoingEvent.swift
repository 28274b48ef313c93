/// An event on its way to a topic: the CloudEvent as JSON, and the key that decides its partition.
public struct OutgoingEvent: Sendable, Equatable {
    public let topic: String
    public let key: String
    /// The CloudEvent's own id.
    public let id: String
    /// A structured CloudEvent, one line of JSON.
    public let value: [UInt8]

    public init(topic: String, key: String, id: String, value: [UInt8]) {
        self.topic = topic
        self.key = key
        self.id = id
        self.value = value
    }
}

/// What an importer makes of the next row.
public enum ImportItem: Sendable, Equatable {
    case events([OutgoingEvent])
    case problem(RowProblem)
}

/// Turns a file into events, row by row, in bounded memory.
public protocol RowImporter: ~Copyable {
    /// The next row's events, or what is wrong with it; nil at the end of the file.
    /// - Throws: `ImportFileError` when the file cannot be read on.
    mutating func next() throws(ImportFileError) -> ImportItem?

    /// Rows so far whose events are in no session by the exchange's calendar, so that they make no candle.
    var rowsOutsideSessions: Int { get }
}

extension RowImporter where Self: ~Copyable {
    public var rowsOutsideSessions: Int { 0 }
}
