import Kafka

/// How far several partitions go, as `Tapefold-Position` says it: `topic/partition@offset,…`, the offset being that of
/// the next record.
public struct LogPositions: Sendable, Equatable, CustomStringConvertible {
    public private(set) var offsets: [TopicPartition: Int64]

    public init(_ offsets: [TopicPartition: Int64]) { self.offsets = offsets }

    /// Reads positions that commas or white space part.
    public init(parsing text: some StringProtocol) throws(EngineError) {
        offsets = [:]
        for word in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            let (place, offset) = try Self.parse(word)
            guard offsets.updateValue(offset, forKey: place) == nil else {
                throw EngineError(.usage, "\(place) is named twice: give each partition one offset")
            }
        }
        guard !offsets.isEmpty else {
            throw EngineError(.usage, "there is no position in it: give topic/partition@offset,…")
        }
    }

    private static func parse(_ word: some StringProtocol) throws(EngineError) -> (TopicPartition, Int64) {
        let halves = word.split(separator: "@", omittingEmptySubsequences: false)
        guard halves.count == 2, let slash = halves[0].lastIndex(of: "/"),
            let partition = Int32(halves[0][halves[0].index(after: slash)...]), partition >= 0,
            let offset = Int64(halves[1]), offset >= 0, slash > halves[0].startIndex
        else {
            throw EngineError(
                .usage, "\"\(word)\" is no position: give topic/partition@offset, as trades.executed/0@1200")
        }
        return (TopicPartition(topic: String(halves[0][..<slash]), partition: partition), offset)
    }

    public var description: String {
        offsets.sorted { ($0.key.topic, $0.key.partition) < ($1.key.topic, $1.key.partition) }
            .map { "\($0.key.topic)/\($0.key.partition)@\($0.value)" }.joined(separator: ",")
    }
}
