/// A text that is given once for many events, by an option or a setting, and held to the rule of the field that it ends in.
public enum EventText: Sendable, Equatable, CaseIterable {
    case identifier
    case label
    case source
    case exchange

    private var rule: TextRule {
        switch self {
        case .identifier: .identifier
        case .label: .label
        case .source: .source
        case .exchange: .exchange
        }
    }

    /// Why no event takes `text`, as the rest of a sentence that begins with what it is; `nil` when events take it.
    public func fault(in text: String) -> String? {
        var text = text
        let fault = text.withUTF8 { rule.fault(in: UnsafeRawBufferPointer($0), isPlain: false) }
        switch fault {
        case nil: return nil
        case .empty: return "needs a value that is not empty"
        case .tooLong:
            return "must have \(rule.maximumCharacters) characters at the most, not \(text.unicodeScalars.count)"
        case .controlCharacter: return "must not have control characters"
        case .format: return "must be \(rule.format), not \"\(text.prefix(Self.shownCharacters))\""
        }
    }

    private static let shownCharacters = 40
}
