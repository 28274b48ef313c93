import Events
import Foundation

/// Events as JSON lines, a CloudEvent each, as `tapefold consume` prints values and `tapefold produce` takes them. Empty
/// lines and lines that begin with `#` are left out.
public enum EventLines {
    /// - Throws: `Unexpected`, naming the line and what is wrong with it.
    public static func decode(_ text: String) throws(Unexpected) -> [DecodedEvent] {
        let decoder = EventDecoder()
        var events: [DecodedEvent] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            guard let kind = kind(of: line) else {
                throw Unexpected("line \(index + 1) is no CloudEvent of a type known", ["  \(line.prefix(120))"])
            }
            let bytes = Array(line.utf8)
            do throws(EventRefusal) {
                let event = try bytes.withUnsafeBufferPointer { (bytes) throws(EventRefusal) in
                    try decoder.decode(kind, value: UnsafeRawBufferPointer(bytes))
                }
                events.append(event)
            } catch {
                throw Unexpected("line \(index + 1): \(error)", [])
            }
        }
        return events
    }

    /// One line an event, each with its end.
    public static func encode(_ events: [DecodedEvent]) -> String {
        let encoder = EventEncoder()
        return events.map { String(decoding: encoder.structured($0), as: UTF8.self) + "\n" }.joined()
    }

    private struct Typed: Decodable {
        let type: String
    }

    private static func kind(of line: Substring) -> EventKind? {
        guard let type = try? JSONDecoder().decode(Typed.self, from: Data(line.utf8)).type else { return nil }
        return EventKind.allCases.first { $0.type == type || $0.topic == type }
    }
}
