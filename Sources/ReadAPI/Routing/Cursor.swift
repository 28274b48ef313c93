/// A place in a list: the sort key of the last row given out, tied to the list it came from.
///
/// Opaque to clients: base64url of a JSON array.
enum Cursor {
    static func encode(_ operation: String, _ key: [String]) -> String {
        Base64URL.encode(JSONValue.array(([operation] + key).map { .string($0) }).text.utf8)
    }

    /// The sort key of `count` parts, or nil where the call has no cursor.
    static func key(of call: Call, parts count: Int) throws(Problem) -> [String]? {
        guard let text = call.arguments.cursor else { return nil }
        guard let bytes = Base64URL.decode(text.utf8), let elements = (try? JSONValue(parsing: bytes))?.elements else {
            throw refuse(text, "is not a cursor; pass nextCursor of the page before as it was")
        }
        let parts = elements.compactMap(\.string)
        guard parts.count == elements.count, parts.first == call.list, parts.count == count + 1,
            !parts.contains(where: { $0.utf8.contains(0) })
        else { throw refuse(text, "belongs to another list; pass nextCursor of the page before to the same list") }
        return Array(parts.dropFirst())
    }

    /// A time and an identifier: the key of lists that go by time.
    static func timeKey(of call: Call) throws(Problem) -> (microseconds: Int64, identifier: String)? {
        guard let parts = try key(of: call, parts: 2) else { return nil }
        return (try time(parts[0], of: call), parts[1])
    }

    /// A time in a key, in microseconds: one that the database can hold.
    static func time(_ text: String, of call: Call) throws(Problem) -> Int64 {
        guard let microseconds = Int64(text), (Call.earliest...Call.latest).contains(microseconds) else {
            throw refuse(call.arguments.cursor ?? "", "is not a cursor; pass nextCursor of the page before as it was")
        }
        return microseconds
    }

    private static func refuse(_ text: String, _ reason: String) -> Problem {
        .invalidParameter("cursor", value: text, reason: reason)
    }
}
