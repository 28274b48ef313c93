import Testing

@testable import ReadAPI

/// What a parameter's schema in the document says is what its parser takes.
@Suite struct ParameterTests {
    private static let long = String(repeating: "ü", count: ReadAPILimits.parameterCharacters)

    private static let samples: [(ParameterKind, String)] = [
        (.text, ""), (.text, "a"), (.text, "a\nb"), (.text, long), (.text, long + "x"),
        (.symbol, "NSE:M&M"), (.symbol, "NIFTY 50"), (.symbol, "A:B:C"), (.symbol, ":A"), (.symbol, "A:"),
        (.symbol, ":"),
        (.symbol, ""), (.symbol, long), (.symbol, long + "x"), (.symbol, "A:\n"), (.symbol, "\n"),
        (.symbols, "A"), (.symbols, "A,NSE:B"), (.symbols, ""), (.symbols, "A,"), (.symbols, ",A"), (.symbols, "A,:B"),
        (.symbols, "A:,B"), (.symbols, "A:B:C,D"),
        (.cursor, "abc-_09"), (.cursor, ""), (.cursor, "a b"), (.cursor, "a="), (.cursor, "ü"), (.cursor, "a\n"),
        (.cursor, String(repeating: "a", count: ReadAPILimits.cursorBytes)),
        (.cursor, String(repeating: "a", count: ReadAPILimits.cursorBytes + 1)),
        (.positions, "trades.executed/0@1042"), (.positions, "a/0@0,b-c_D.9/12@7"), (.positions, ""), (.positions, "a"),
        (.positions, "a/0"), (.positions, "a/0@"), (.positions, "a/@0"), (.positions, "/0@0"), (.positions, "a/0@0,"),
        (.positions, "a/+1@0"), (.positions, "a/-1@0"), (.positions, "a/0@+1"), (.positions, "a/b/0@0"),
        (.positions, "a b/0@0"),
        (.positions, "a/999999999@999999999999999999"), (.positions, "a/1000000000@0"),
        (.positions, "a/0@1000000000000000000"),
        (.positions, String(repeating: "a", count: 249) + "/0@0"),
        (.positions, String(repeating: "a", count: 250) + "/0@0"),
        (.identifier, "a"), (.identifier, ""), (.identifier, "a\u{1f}"), (.identifier, "a\u{7f}ü"),
        (.idempotencyKey, "k-1"), (.idempotencyKey, ""), (.idempotencyKey, "a b"), (.idempotencyKey, "ü"),
    ]

    @Test(arguments: samples.indices)
    func whatTheSchemaAllowsIsTakenAndNothingElse(_ index: Int) throws {
        let (kind, text) = Self.samples[index]
        let parameter = RouteParameter.query("p", kind)
        let isTaken = (try? parameter.parse(text)) != nil
        #expect(try Self.allows(kind.schema, text) == isTaken, "\(kind) \"\(text.prefix(60))\": taken \(isTaken)")
    }

    /// The keywords that these schemas use.
    private static func allows(_ schema: JSONValue, _ text: String) throws -> Bool {
        let count = text.unicodeScalars.count
        if let least = schema["minLength"]?.integer, count < least { return false }
        if let most = schema["maxLength"]?.integer, count > most { return false }
        guard let pattern = schema["pattern"]?.string else { return true }
        // A schema's regular expressions count code points, as JSON Schema says.
        let regex = try Regex(pattern).matchingSemantics(.unicodeScalar)
        return try regex.wholeMatch(in: text) != nil
    }

    /// Which names there are is each operation's: the document's own answer, and the pattern admits all of them.
    @Test func everyFieldOfEveryAnswerMayBeAskedFor() throws {
        for route in RouteTable.routes where route.parameter("fields", .query) != nil {
            let names = FieldCatalog.names(of: route.operation)
            #expect(!names.isEmpty, "\(route.operation)")
            #expect(try Self.allows(ParameterKind.fields.schema, names.joined(separator: ",")), "\(names)")
            #expect(throws: Never.self) { try FieldCatalog.selection(names, of: route.operation) }
        }
    }

    /// A cursor is a client's text: its time must be one that the database can hold.
    @Test(arguments: [Int64.max, .min, Call.latest + 1, Call.earliest - 1])
    func timesOutOfRangeInACursorAreRefused(_ time: Int64) throws {
        let api = try SharedAPI.get()
        let text = String(time)
        for (path, key) in [
            ("/v1/trades", [text, "x"]), ("/v1/closed-trades", [text, "x"]), ("/v1/orders", [text, "x"]),
            ("/v1/notifications", [text, "x"]), ("/v1/alerts/history", [text, "x"]), ("/v1/candles/A", ["1m", text]),
            ("/v1/balance/statement", [text, "k", "r", "0"]),
        ] {
            let route = try #require(
                RouteTable.routes.first {
                    $0.method == .get && $0.path.description.replacing("{symbol}", with: "A") == path
                }
            )
            let answer = try api.get("\(path)?cursor=\(Cursor.encode(route.operation, key))")
            #expect(answer.status == 400, "\(path): \(answer.status) \(answer.text)")
            #expect(try answer.json()["field"]?.string == "cursor")
        }
    }
}
