/// A path such as `/v1/positions/{symbol}`: literal segments and named ones.
struct PathTemplate: Sendable, Hashable, CustomStringConvertible {
    enum Segment: Sendable, Hashable {
        case literal(String)
        case parameter(String)
    }

    let description: String
    let segments: [Segment]

    init(_ text: String) {
        description = text
        segments = text.split(separator: "/", omittingEmptySubsequences: true).map { part in
            part.hasPrefix("{") ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }

    /// Raw (still encoded) values of the named segments, or nil where the path is another one.
    func match(_ parts: [Substring]) -> [(name: String, raw: Substring)]? {
        guard parts.count == segments.count else { return nil }
        var captured: [(name: String, raw: Substring)] = []
        for (segment, part) in zip(segments, parts) {
            switch segment {
            // By bytes, which is what a path is.
            case .literal(let text):
                guard text.utf8.count == part.utf8.count, text.utf8.elementsEqual(part.utf8) else { return nil }
            case .parameter(let name): captured.append((name, part))
            }
        }
        return captured
    }
}

extension PathTemplate {
    /// How many segments are fixed.
    var literals: Int {
        segments.count { if case .literal = $0 { true } else { false } }
    }
}
