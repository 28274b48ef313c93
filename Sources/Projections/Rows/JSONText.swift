import Foundation

/// Lists and small objects of words as JSON text.
enum JSONText {
    static func array(_ words: [String]) -> String {
        guard let data = try? JSONEncoder().encode(words) else { return "[]" }
        return String(decoding: data, as: UTF8.self)
    }

    static func strings(_ text: String) -> [String] {
        (try? JSONDecoder().decode([String].self, from: Data(text.utf8))) ?? []
    }

    /// Members by name, so that equal objects have equal texts.
    static func object(_ members: [String: String]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(members) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}
