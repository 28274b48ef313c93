import Testing

@testable import ReadAPI

@Suite struct TextTests {
    @Test func base64URLRoundTrips() {
        for count in 0..<64 {
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max) }
            #expect(Base64URL.decode(Base64URL.encode(bytes).utf8) == bytes)
        }
        #expect(Base64URL.encode("f".utf8) == "Zg")
        #expect(Base64URL.encode([0xfb, 0xff]) == "-_8")
        for bad in ["Zh", "Zg==", "Z", "+/8", "Zg\n", "AAA!"] { #expect(Base64URL.decode(bad.utf8) == nil, "\(bad)") }
    }

    @Test func percentDecoding() {
        #expect(PercentEncoding.decode("NSE%3ARELIANCE", plusIsSpace: false) == "NSE:RELIANCE")
        #expect(PercentEncoding.decode("M%26M+a", plusIsSpace: false) == "M&M+a")
        #expect(PercentEncoding.decode("a+b%2Bc%20d", plusIsSpace: true) == "a b+c d")
        #expect(PercentEncoding.decode("%E2%82%b9", plusIsSpace: false) == "₹")
        #expect(PercentEncoding.decode("%2F%2f", plusIsSpace: false) == "//")
        for bad in ["%", "%4", "%zz", "%00", "%ff", "%E2%82", "%+1"] {
            #expect(PercentEncoding.decode(Substring(bad), plusIsSpace: false) == nil, "\(bad)")
        }
    }

    @Test func writerEscapesExactlyWhatItMust() throws {
        let text = "a\"\\/\n\r\t\u{1}\u{1f}\u{7f}é₹😀\u{2028}"
        var writer = JSONWriter()
        writer.string(text)
        #expect(
            String(decoding: writer.bytes, as: UTF8.self) == "\"a\\\"\\\\/\\n\\r\\t\\u0001\\u001f\u{7f}é₹😀\u{2028}\"")
        #expect(try JSONValue(parsing: writer.bytes) == .string(text))
    }

    @Test func writerPutsCommasAndShortestNumbers() throws {
        var writer = JSONWriter()
        writer.object { body in
            body.key("a")
            body.array { list in
                list.decimal(units: 104_155_000_000)
                list.decimal(units: 0)
                list.decimal(units: -1)
                list.decimal(units: 170_141_183_460_469_231_731_687_303_715)
                list.null()
                list.array { _ in }
            }
            body.field("b", true)
            body.field("c", String?.none)
        }
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"a":["1041.55","0","-0.00000001","1701411834604692317316.87303715",null,[]],"b":true,"c":null}"#)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "01", "1.", ".5", "+1", "-", "1e", "nul", "truex", "\"", "\"\\x\"",
        "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\n\"", "[1] 2", "{\"a\":1,\"a\":2}", "NaN",
        "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]",
    ])
    func parserRefuses(_ text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
    }

    @Test func parserReads() throws {
        let value = try JSONValue(parsing: " {\"a\" : [ -1.5e+3 , \"\\u20b9\\ud83d\\ude00\\/\" , null , true ] } \n")
        #expect(value["a"] == .array([.number("-1.5e+3"), .string("₹😀/"), .null, .bool(true)]))
    }

    @Test func gzipNegotiation() {
        for taken in ["gzip", "GZIP", "deflate, gzip;q=0.5", "*", "br;q=1, *;q=0.1", "x-gzip"] {
            #expect(Gzip.isAccepted(by: taken), "\(taken)")
        }
        for refused in [nil, "", "br", "gzip;q=0", "gzip; q=0.0", "*;q=0", "*, gzip;q=0"] {
            #expect(!Gzip.isAccepted(by: refused), "\(refused ?? "none")")
        }
    }

    @Test func validators() {
        let tag = EntityTag.of([1, 2, 3])
        #expect(tag == EntityTag.of([1, 2, 3]))
        #expect(tag != EntityTag.of([1, 2, 4]))
        #expect(EntityTag.matches(tag, tag))
        #expect(EntityTag.matches(tag, "\"x\", \(tag.dropFirst(2))"))
        #expect(EntityTag.matches(tag, "*"))
        #expect(!EntityTag.matches(tag, "\"x\""))
    }
}
