import Events

/// An option of a command: `--name value`, or `--name` alone.
public struct OptionDefinition: Sendable {
    public enum Value: Sendable, Equatable {
        /// Present or not.
        case flag
        /// Any text; the name is for the help.
        case text(String)
        /// A text that events get.
        case eventText(String, EventText)
        case integer(String, ClosedRange<Int>)
        case choice([String])
    }

    public let name: String
    public let value: Value
    public let help: String
    /// What holds when the option is not given, for the help.
    public let defaultText: String?

    public init(_ name: String, _ value: Value, _ help: String, default defaultText: String? = nil) {
        self.name = name
        self.value = value
        self.help = help
        self.defaultText = defaultText
    }

    public static func flag(_ name: String, _ help: String) -> OptionDefinition {
        OptionDefinition(name, .flag, help)
    }

    public static let json = flag("json", "Print JSON.")
    public static let dataDirectory = OptionDefinition(
        "data-dir", .text("D"), "Where `up` keeps its data, or where a running one is looked for.",
        default: "TAPEFOLD_DATA_DIR, else .tapefold")

    /// `--name VALUE` as the help shows it.
    var usage: String {
        switch value {
        case .flag: "--\(name)"
        case .text(let placeholder), .eventText(let placeholder, _), .integer(let placeholder, _):
            "--\(name) \(placeholder)"
        case .choice(let choices): "--\(name) \(choices.joined(separator: "|"))"
        }
    }

    /// Why `text` is no value of this option; nil when it is one.
    func fault(in text: String) -> String? {
        switch value {
        case .flag: return "takes no value"
        case .text: return text.isEmpty ? "needs a value that is not empty" : nil
        case .eventText(_, let rule): return rule.fault(in: text)
        case .integer(_, let range):
            guard let number = Int(text) else { return "needs a whole number, not \"\(text)\"" }
            return range.contains(number)
                ? nil : "must be \(range.lowerBound) to \(range.upperBound), not \(text)"
        case .choice(let choices):
            if choices.contains(text) { return nil }
            let hint = Suggestion.nearest(to: text, among: choices).map { "; did you mean \($0)?" } ?? ""
            return "must be one of \(choices.joined(separator: ", ")), not \"\(text)\"\(hint)"
        }
    }
}

/// A command's arguments that are no options.
public struct PositionalDefinition: Sendable {
    public let name: String
    public let help: String
    /// How many there may be.
    public let count: ClosedRange<Int>

    public init(_ name: String, _ help: String, count: ClosedRange<Int> = 1...1) {
        self.name = name
        self.help = help
        self.count = count
    }

    var usage: String {
        let word = count.upperBound > 1 ? "\(name)…" : name
        return count.lowerBound == 0 ? "[\(word)]" : word
    }
}
