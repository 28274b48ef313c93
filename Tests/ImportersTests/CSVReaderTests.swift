import Importers
import Testing

@Suite struct CSVReaderTests {
    private func read(_ text: String) throws -> [String] {
        try read(Array(text.utf8))
    }

    /// Records as `line:field|field`, faults as `line!reason`.
    private func read(_ bytes: [UInt8], pieces: Int? = nil) throws -> [String] {
        var reader = CSVReader(PiecewiseSource(bytes, pieces: pieces ?? max(1, bytes.count)))
        var found: [String] = []
        while let item = try reader.next() {
            switch item {
            case .record(let record):
                let fields = (0..<record.fieldCount).map { record.text($0) ?? "<not UTF-8>" }
                found.append("\(record.line):" + fields.joined(separator: "|"))
            case .fault(let fault): found.append("\(fault.line)!\(fault.reason)")
            }
        }
        return found
    }

    @Test(arguments: [
        ("a,b\nc,d\n", ["1:a|b", "2:c|d"]),
        ("a,b\r\nc,d\r\n", ["1:a|b", "2:c|d"]),
        ("a,b\rc,d\r", ["1:a|b", "2:c|d"]),
        ("a,b", ["1:a|b"]),
        ("", []),
        ("\n", ["1:"]),
        (",\n", ["1:|"]),
        ("a, b ,c\n", ["1:a|b|c"]),
        ("\u{FEFF}a\n", ["1:a"]),
        ("\"a,b\",\"say \"\"hi\"\"\",\"\"\n", ["1:a,b|say \"hi\"|"]),
        ("\"two\nlines\",x\ny\n", ["1:two\nlines|x", "3:y"]),
        ("\"two\r\nlines\"\r\ny", ["1:two\r\nlines", "3:y"]),
        ("ünïcode,₹\n", ["1:ünïcode|₹"]),
    ])
    func readsRecords(text: String, expected: [String]) throws {
        #expect(try read(text) == expected)
    }

    @Test func readsTheSameInPiecesOfAnySize() throws {
        let bytes = Array("\u{FEFF}a,\"b\"\"\r\nc\",d\r\n\r\n\"x\",y\rlast,\"\"".utf8)
        let whole = try read(bytes)
        #expect(whole == ["1:a|b\"\r\nc|d", "3:", "4:x|y", "5:last|"])
        for size in 1...7 { #expect(try read(bytes, pieces: size) == whole) }
    }

    @Test func aBrokenRecordCostsItsFirstLineOnly() throws {
        #expect(
            try read("a\nb\"c,d\n\"e\"f\ng\n\"never closed\nh\ni\n") == [
                "1:a", "2!a quote stands inside an unquoted field", "3!text follows the closing quote of a field",
                "4:g",
                "5!a quoted field is not closed before the end of the file", "6:h", "7:i",
            ])
    }

    @Test func aRunawayQuoteStopsAtTheFieldLimit() throws {
        let rows = String(repeating: "1,2,3\n", count: ImportersLimits.maximumFieldBytes)
        let found = try read("\"open\n" + rows)
        #expect(found.first?.hasPrefix("1!the field is longer than") == true)
        #expect(found.count == 1 + ImportersLimits.maximumFieldBytes)
    }

    @Test func refusesTooManyFieldsAndNulBytes() throws {
        let wide = String(repeating: ",", count: ImportersLimits.maximumFieldsPerRecord + 1)
        #expect(try read(wide + "\nx").last == "2:x")
        #expect(try read(wide + "\nx").first?.contains("more than") == true)
        #expect(try read("a\0b\nc") == ["1!a NUL byte stands in the line", "2:c"])
    }

    @Test func refusesWorkbooksAndUTF16() throws {
        #expect(throws: ImportFileError.self) { try read([0x50, 0x4B, 0x03, 0x04, 0x14]) }
        #expect(throws: ImportFileError.self) { try read([0xFF, 0xFE, 0x61, 0x00]) }
    }

    @Test func invalidUTF8IsTheFieldsOwnAffair() throws {
        #expect(try read([0x61, 0x2C, 0xFF, 0x0A, 0x62]) == ["1:a|<not UTF-8>", "2:b"])
    }

    @Test func saysWhyAFileCannotBeRead() {
        #expect(throws: ImportFileError(path: "/no/such.csv", reason: "there is no such file")) {
            _ = try FileByteSource(path: "/no/such.csv")
        }
        #expect(throws: ImportFileError(path: "/tmp", reason: "it is a directory", remedy: "Name the files in it.")) {
            _ = try FileByteSource(path: "/tmp")
        }
    }
}

/// Hands out bytes a few at a time, so that every boundary falls everywhere.
private struct PiecewiseSource: ByteSource {
    private var rest: ArraySlice<UInt8>
    private let pieces: Int

    init(_ bytes: [UInt8], pieces: Int) {
        rest = bytes[...]
        self.pieces = pieces
    }

    mutating func read(into buffer: inout [UInt8]) -> Bool {
        guard !rest.isEmpty else { return false }
        buffer += rest.prefix(pieces)
        rest = rest.dropFirst(pieces)
        return true
    }
}
