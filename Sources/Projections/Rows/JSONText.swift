import Foundation

/// Lists of words as JSON in a text column.
enum JSONText {
    static func array(_ words: [String]) -> String {
        guard let data = try? JSONEncoder().encode(words) else { return "[]" }
        return String(decoding: data, as: UTF8.self)
    }

    static func strings(_ text: String) -> [String] {
        (try? JSONDecoder().decode([String].self, from: Data(text.utf8))) ?? []
    }
}
