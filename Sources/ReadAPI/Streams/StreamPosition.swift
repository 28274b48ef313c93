/// How far a stream has got, in every view's changes and in the tape: what a client hands back to resume.
///
/// As text: `b<live builds>~<view>.<lane>.<seq>…~m.<partition>.<offset>…`, numbers in base 36, so that it stands in a
/// URL as it is. Clients pass it back unread.
struct StreamPosition: Equatable, Sendable {
    struct Lane: Hashable, Sendable, Comparable {
        let view: String
        let lane: Int32

        static func < (one: Lane, other: Lane) -> Bool { (one.view, one.lane) < (other.view, other.lane) }
    }

    /// Which builds are live, as a hash: after a swap rows may differ that no event changed.
    var builds: UInt64 = 0
    var changes: [Lane: Int64] = [:]
    /// By partition of market.updates, the offset behind the last tick that is contained.
    var tape: [Int32: Int64] = [:]

    var text: String {
        var text = "b" + Self.number(Int64(bitPattern: builds >> 1))
        var last = ""
        for (lane, sequence) in changes.sorted(by: { $0.key < $1.key }) {
            text += lane.view == last ? "" : "~" + lane.view
            last = lane.view
            text += "." + Self.number(Int64(lane.lane)) + "." + Self.number(sequence)
        }
        text += "~_"
        for (partition, offset) in tape.sorted(by: { $0.key < $1.key }) {
            text += "." + Self.number(Int64(partition)) + "." + Self.number(offset)
        }
        return text
    }

    /// As text, or nil for one that would be refused on its way back: it is worth nothing, and such a client reads anew.
    var shown: String? {
        let text = text
        return text.utf8.count <= StreamLimits.positionBytes ? text : nil
    }

    init() {}

    /// Nil for a text that `text` did not make.
    init?(parsing text: String) {
        guard text.utf8.count <= StreamLimits.positionBytes, text.hasPrefix("b") else { return nil }
        let sections = text.dropFirst().split(separator: "~", omittingEmptySubsequences: false)
        guard let hash = sections.first.flatMap({ Int64($0, radix: 36) }), hash >= 0 else { return nil }
        builds = UInt64(hash) << 1
        for section in sections.dropFirst() {
            let parts = section.split(separator: ".", omittingEmptySubsequences: false)
            guard let name = parts.first, !name.isEmpty, parts.count % 2 == 1 else { return nil }
            for index in stride(from: 1, to: parts.count, by: 2) {
                guard let place = Int32(parts[index], radix: 36), let value = Int64(parts[index + 1], radix: 36),
                    place >= 0, value >= 0
                else { return nil }
                if name == "_" { tape[place] = value } else { changes[Lane(view: String(name), lane: place)] = value }
            }
        }
    }

    private static func number(_ value: Int64) -> String { String(value, radix: 36) }

    /// A hash of the live builds' names, the same in every process. Its lowest bit is 0.
    static func hash(builds: [(view: String, build: String)]) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for (view, build) in builds.sorted(by: { $0.view < $1.view }) {
            for byte in "\(view)=\(build);".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        return (hash >> 2) << 1
    }

    /// Whether a tape that was read from `start` on has every tick behind this position.
    func isCovered(byTapeFrom start: [Int32: Int64]) -> Bool {
        start.allSatisfy { partition, first in (tape[partition] ?? -1) >= first }
    }
}
