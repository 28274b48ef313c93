/// Every way in which one field of a valid event is broken, or nearly.
enum Mutations {
    /// JSON texts that are put in place of each field's value.
    static let values: [String] = [
        // Other kinds.
        "null", "true", "false", "5", "{}", "[]", #"{"a":1}"#, "[1]", #"["a","b"]"#, #"[""]"#, "[null]", #"["a\nb"]"#,
        // Texts.
        #""""#, #""x""#, #"" ""#, #""a b""#, #""\u0000""#, #""a\nb""#, #""ab\n""#, #""\u001f""#, "\"\u{7F}\"", #""é""#,
        #""\ud800""#, #""\udc00""#, #""\ud800x""#, #""\ud83d\ude00""#, #""\ud83d\u0041""#, #""\x""#, #""\u12g4""#,
        "\"a\tb\"", "\"a", #""\/\b\f\r\t\"\\""#,
        text(64), text(65), text(128), text(129), text(1_024), text(1_025), text(4_096), text(4_097),
        text(64, of: "é"), text(65, of: "é"), text(128, of: "😀"), text(129, of: "😀"),
        "[" + [String](repeating: "\"a\"", count: 32).joined(separator: ",") + "]",
        "[" + [String](repeating: "\"a\"", count: 33).joined(separator: ",") + "]",
        "[" + text(64) + "]", "[" + text(65) + "]",
        // Numbers, bare and as text.
        "0", "-0", "-1", "1.5", "0.00000001", "0.000000001", "1.123456789", "1.10000000000", "1e400", "-1e400",
        "1e-400",
        "1e3", "1E+2", "1e-3", "1e-9", "0e400", "89999999999.99999999", "90000000000", "-89999999999.99999999",
        "-90000000000", "9223372036854775808", "-0.000000001", "0.1e1", "15e-1", "100000000e-16",
        #""0""#, #""-0""#, #""-0.00""#, #""-1""#, #""1.5""#, #""0.00000001""#, #""0.000000001""#, #""1.123456789""#,
        #""1.10000000000""#, #""1e3""#, #""1E3""#, #""89999999999.99999999""#, #""90000000000""#, #""92000000000""#,
        #""-89999999999.5""#, #""-90000000000""#, #""100000000000""#, #""abc""#, #"" 1""#, #""1 ""#, #""1\n""#,
        #""+1""#,
        #""01""#, #""1.""#, #"".5""#, #""1,000""#, #""0x10""#, #""NaN""#, #""--1""#, #""1.2.3""#, #""-""#, #""0.0""#,
        "01", "1.", ".5", "+1", "-", "1e", "0x10", "NaN", "Infinity", "-Infinity", "1 2", "tru", "nul", "truex", "'a'",
        "",
        // Times.
        #""2026-01-15T03:45:00Z""#, #""2026-01-15t03:45:00z""#, #""2026-01-15T09:15:00.123456789+05:30""#,
        #""2026-02-29T00:00:00Z""#, #""2024-02-29T00:00:00Z""#, #""2026-02-30T00:00:00Z""#, #""2026-13-01T00:00:00Z""#,
        #""2026-01-15T24:00:00Z""#, #""2026-01-15T23:60:00Z""#, #""2026-01-15T23:59:60Z""#, #""2026-01-15 03:45:00Z""#,
        #""2026-01-15T03:45:00""#, #""2026-01-15T03:45:00.Z""#, #""2026-01-15T03:45Z""#, #""2026-01-15""#,
        #""2026-01-15T03:45:00+24:00""#, #""2026-01-15T03:45:00+05:60""#, #""2026-01-15T03:45:00+0530""#,
        #""2026-01-15T03:45:00Z ""#, #""2026-01-15T03:45:00Z\n""#, #""0000-01-01T00:00:00Z""#,
        #""0001-01-01T00:00:00Z""#,
        #""0001-01-01T00:00:00+05:30""#, #""9999-12-31T23:59:59Z""#, #""9999-12-31T23:59:59-05:30""#,
        #""20/6-01-15T03:45:00Z""#, #""2026-01-15T-1:45:00Z""#, #""2026-01-15T03:45:0/Z""#, #""+026-01-15T03:45:00Z""#,
        #""２026-01-15T03:45:00Z""#,
        // Words, symbols, exchanges, ISINs.
        #""BUY""#, #""SELL""#, #""buy""#, #""BUY ""#, #""SELLS""#, #""MARKET""#, #""LIMIT""#, #""SL-M""#, #""CNC""#,
        #""MIS""#,
        #""DAY""#, #""TTL""#, #""EXECUTED""#, #""FILLED""#, #""COMPLETE""#, #""Executed""#, #""PARTIALLY_FILLED""#,
        #""amend""#, #""void""#, #""VOID""#, #""B\u0055Y""#, #""NSE""#, #""nse""#, #""N1_""#, #""1N""#,
        #""ABCDEFGHIJKLMNOP""#,
        #""ABCDEFGHIJKLMNOPQ""#, #""NSE:RELIANCE""#, #""NSE:""#, #"":RELIANCE""#, #""nse:RELIANCE""#, #""NSE:A:B""#,
        #""M&M""#,
        #""BAJAJ-AUTO""#, #""NIFTY 50""#, #"" NIFTY""#, #""NIFTY ""#, #""RÉL""#, #""INE002A01018""#, #""ine002a01018""#,
        #""INE002A0101X""#, #""INE002A010188""#,
    ]

    private static func text(_ count: Int, of character: String = "x") -> String {
        "\"" + String(repeating: character, count: count) + "\""
    }

    struct Case {
        let name: String
        let document: [UInt8]
    }

    /// All mutations of an object given as names and JSON texts.
    static func all(of members: [(name: String, json: String)]) -> [Case] {
        var cases = [Case(name: "unchanged", document: object(members))]
        for (index, member) in members.enumerated() {
            var rest = members
            rest.remove(at: index)
            cases.append(Case(name: "\(member.name) absent", document: object(rest)))
            for value in values {
                var changed = members
                changed[index].json = value
                cases.append(Case(name: "\(member.name) = \(value.prefix(60))", document: object(changed)))
            }
            cases.append(Case(name: "\(member.name) twice", document: object(members + [member])))
            cases.append(
                Case(name: "\(member.name) twice, null first", document: object([(member.name, "null")] + members)))
            let escaped = "\\u" + hexadecimal(member.name.utf8.first ?? 0) + member.name.dropFirst()
            cases.append(
                Case(name: "\(member.name) twice, escaped", document: object(members + [(escaped, member.json)])))
            var renamed = members
            renamed[index].name = escaped
            cases.append(Case(name: "\(member.name) escaped", document: object(renamed)))
            renamed[index].name = member.name.uppercased()
            cases.append(Case(name: "\(member.name) in capitals", document: object(renamed)))
        }
        return cases + documents(members)
    }

    /// Changes of the document as a whole.
    private static func documents(_ members: [(name: String, json: String)]) -> [Case] {
        let whole = object(members)
        let text = String(decoding: whole, as: UTF8.self)
        let unknown = [
            #"{"a":[1,{"b":null}]}"#, #"{"a":1,"a":2}"#, #"[{"x":{"y":1,"y":1}}]"#, "1e400", "1.2.3", #""\ud800""#,
            "[1,]",
            "[,1]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "[1 2]", "[[]", "[]]", #"{1:2}"#, #""\ud83d\ude00""#,
        ]
        var cases = unknown.map { Case(name: "unknown = \($0)", document: object(members + [("unknown", $0)])) }
        cases.append(Case(name: "unknown twice", document: object(members + [("u", "1"), ("u", "1")])))
        cases.append(Case(name: "empty name", document: object(members + [("", "1")])))
        cases.append(Case(name: "empty name twice", document: object(members + [("", "1"), ("", "1")])))
        cases.append(Case(name: "empty object", document: Array("{}".utf8)))
        cases.append(Case(name: "array", document: Array("[\(text)]".utf8)))
        cases.append(Case(name: "text", document: Array("\"a\"".utf8)))
        cases.append(Case(name: "nothing", document: []))
        cases.append(Case(name: "spaces", document: Array("  \n".utf8)))
        cases.append(Case(name: "spaced", document: Array(" \n\(text)\t\r\n".utf8)))
        cases.append(Case(name: "trailing", document: whole + Array("x".utf8)))
        cases.append(Case(name: "trailing object", document: whole + whole))
        cases.append(Case(name: "byte order mark", document: [0xEF, 0xBB, 0xBF] + whole))
        cases.append(Case(name: "form feed", document: Array("\u{0C}\(text)".utf8)))
        cases.append(Case(name: "cut off", document: Array(whole.dropLast())))
        for bytes: [UInt8] in [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] {
            let member = Array("{\"unknown\":\"".utf8) + bytes + Array("\",".utf8)
            cases.append(Case(name: "not UTF-8 \(bytes)", document: member + whole.dropFirst()))
        }
        return cases
    }

    static func object(_ members: [(name: String, json: String)]) -> [UInt8] {
        Array(("{" + members.map { "\"\($0.name)\":\($0.json)" }.joined(separator: ",") + "}").utf8)
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
