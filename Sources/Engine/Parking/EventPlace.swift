/// Where an event lies in the log.
public struct EventPlace: Sendable, Hashable, CustomStringConvertible {
    public let topic: String
    public let partition: Int
    public let offset: Int64

    public init(topic: String, partition: Int, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }

    /// From `topic/partition@offset`; nil when the text has another form.
    public init?(_ text: String) {
        guard let at = text.lastIndex(of: "@"), let slash = text[..<at].lastIndex(of: "/"), slash > text.startIndex,
            let partition = Int32(text[text.index(after: slash)..<at]), partition >= 0,
            let offset = Int64(text[text.index(after: at)...]), offset >= 0
        else { return nil }
        self.init(topic: String(text[..<slash]), partition: Int(partition), offset: offset)
    }

    public var description: String { "\(topic)/\(partition)@\(offset)" }
}
