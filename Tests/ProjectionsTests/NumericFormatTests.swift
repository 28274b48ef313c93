import Domain
import Testing

@testable import Projections

/// The binary numeric against bytes that PostgreSQL 15 sends (`SELECT encode(numeric_send(x::numeric(38,8)), 'hex')`).
@Suite struct NumericFormatTests {
    static let known: [(text: String, hex: String)] = [
        ("0", "0000000000000008"),
        ("1", "00010000000000080001"),
        ("-1", "00010000400000080001"),
        ("0.00000001", "0001fffe000000080001"),
        ("0.0001", "0001ffff000000080001"),
        ("10000", "00010001000000080001"),
        ("1234.5678", "000200000000000804d2162e"),
        ("-1041.55", "00020000400000080411157c"),
        ("99999999", "0002000100000008270f270f"),
        ("100000000.00000001", "0005000200000008000100000000" + "00000001"),
        (
            "999999999999999999999999999999.99999999",
            "000a000700000008" + "0063270f270f270f270f270f270f270f270f270f"
        ),
    ]

    private func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8)
        return stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
    }

    @Test(arguments: known) func writesWhatPostgreSQLWrites(text: String, hex: String) throws {
        let buffer = ByteBuffer()
        NumericFormat.append(try Amount(parsing: text).units, to: buffer)
        let expected = bytes(hex)
        #expect(Array(buffer.bytes.dropFirst(4)) == expected)
        #expect(buffer.bytes.bigEndian(at: 0, as: Int32.self) == Int32(expected.count))
    }

    /// Around each power of ten, where digits begin and end, and where one word no longer holds them.
    @Test func readsWhatItWrites() {
        let buffer = ByteBuffer()
        var power: Int128 = 1
        for _ in 0..<37 {
            for units in [power - 1, power, power + 1, power * 9, -power] {
                buffer.truncate()
                NumericFormat.append(units, to: buffer)
                let field = UnsafeRawBufferPointer(rebasing: buffer.bytes.dropFirst(4))
                #expect(NumericFormat.units(field) == units)
                #expect(
                    field.count == 8 || (field.last != 0 || field[field.count - 2] != 0), "no zero digit at the end")
            }
            power *= 10
        }
    }

    @Test(arguments: known) func readsWhatPostgreSQLWrites(text: String, hex: String) throws {
        let units = bytes(hex).withUnsafeBytes { NumericFormat.units($0) }
        #expect(units == (try Amount(parsing: text).units))
    }

    @Test(arguments: [
        "00010000c00000000000",  // NaN
        "0001fffd000000090001",  // nine decimals
        "0001000000000008",  // cut off
        "000100120000000801f4",  // beyond 128 bits
    ]) func refusesTheRest(hex: String) {
        #expect(bytes(hex).withUnsafeBytes { NumericFormat.units($0) } == nil)
    }
}
