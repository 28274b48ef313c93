import Postgres
import Supervision
import Testing

@Suite struct CopyTests {
    @Test func binaryRowsGoInAndComeOut() throws {
        let connection = try connectToFreshDatabase()
        try connection.execute("CREATE TABLE t (id bigint, name text, amount numeric(38,8), at timestamptz, ok bool)")
        let stored = try connection.copyInBinary("COPY t FROM STDIN (FORMAT binary)") { writer throws(PostgresError) in
            for index in 0..<20_000 as Range<Int64> {
                try writer.writeRow(fieldCount: 5) { row in
                    row.appendField(integer: index)
                    if index % 10 == 0 { row.appendNullField() } else { row.appendField(text: "name \(index)") }
                    row.appendField(numericUnits: Int128(index) * -12_345)
                    row.appendField(timestamptz: index)
                    row.appendField(bool: index % 2 == 0)
                }
            }
        }
        #expect(stored == 20_000)
        var expected: Int64 = 0
        try connection.copyOut("COPY (SELECT * FROM t ORDER BY id) TO STDOUT (FORMAT binary)") {
            row throws(PostgresError) in
            var fields = PostgresCopyRow(row)
            guard fields.fieldCount == 5 else { throw .usage("\(fields.fieldCount) fields") }
            let id = fields.next().map { Int64(bigEndian: $0.loadUnaligned(as: Int64.self)) }
            let name = fields.next().map { String(decoding: $0, as: UTF8.self) }
            let amount = try fields.next().map { field throws(PostgresError) in try PostgresNumeric.decode(field) }
            guard id == expected, name == (expected % 10 == 0 ? nil : "name \(expected)"),
                amount == Int128(expected) * -12_345
            else { throw .usage("row \(expected) differs") }
            expected += 1
        }
        #expect(expected == 20_000)
        #expect(try connection.query("SELECT count(*) FROM t").int64(0, 0) == 20_000)
    }

    @Test func anEmptyBinaryCopyOutHasNoRows() throws {
        let connection = try connectToFreshDatabase()
        var rows = 0
        try connection.copyOut("COPY (SELECT 1 WHERE false) TO STDOUT (FORMAT binary)") { _ throws(PostgresError) in
            rows += 1
        }
        #expect(rows == 0)
    }

    @Test func textCopyIsHandedOverByLine() throws {
        let connection = try connectToFreshDatabase()
        try connection.execute("CREATE TABLE t (a bigint, b text)")
        let stored = try connection.copyIn("COPY t FROM STDIN") { writer throws(PostgresError) in
            try writer.write(Array("1\tone\n2\t".utf8))
            try writer.write(Array("two\n".utf8))
        }
        #expect(stored == 2)
        var lines: [String] = []
        try connection.copyOut("COPY t TO STDOUT") { row throws(PostgresError) in
            lines.append(String(decoding: row, as: UTF8.self))
        }
        #expect(lines == ["1\tone\n", "2\ttwo\n"])
    }

    @Test func badDataAndABodyThatThrowsStoreNothing() throws {
        let connection = try connectToFreshDatabase()
        try connection.execute("CREATE TABLE t (a bigint)")
        let bad = postgresError {
            try connection.copyIn("COPY t FROM STDIN") { writer throws(PostgresError) in
                try writer.write(Array("1\nx\n".utf8))
            }
        }
        #expect(bad?.sqlState == "22P02")
        #expect(bad?.context?.contains("line 2") == true)
        let stopped = postgresError {
            try connection.copyIn("COPY t FROM STDIN") { writer throws(PostgresError) in
                try writer.write(Array("1\n".utf8))
                throw PostgresError.usage("stop")
            }
        }
        #expect(stopped?.message == "stop")
        #expect(try connection.query("SELECT count(*) FROM t").int64(0, 0) == 0)
    }

    @Test func aReaderCanStopEarly() throws {
        let connection = try connectToFreshDatabase()
        let reader = try connection.startCopyOut(
            "COPY (SELECT g, repeat('x', 100) FROM generate_series(1, 500000) g) TO STDOUT (FORMAT binary)")
        #expect(try reader.next() != nil)
        reader.cancel()
        #expect(try connection.query("SELECT 1").int64(0, 0) == 1)
        let error = postgresError {
            try connection.copyOut("COPY (SELECT generate_series(1, 500000)) TO STDOUT") { _ throws(PostgresError) in
                throw PostgresError.usage("enough")
            }
        }
        #expect(error?.message == "enough")
        #expect(try connection.query("SELECT 1").int64(0, 0) == 1)
    }

    @Test func anErrorWhileReadingIsThrown() throws {
        let connection = try connectToFreshDatabase()
        let error = postgresError {
            try connection.copyOut("COPY (SELECT 1 / (g - 5000) FROM generate_series(1, 10000) g) TO STDOUT") {
                _ throws(PostgresError) in
            }
        }
        #expect(error?.sqlState == "22012")
        #expect(try connection.query("SELECT 1").int64(0, 0) == 1)
    }

    @Test func anOpenCopyKeepsOthersOut() throws {
        let connection = try connectToFreshDatabase()
        try connection.execute("CREATE TABLE t (a bigint)")
        let writer = try connection.startCopyIn("COPY t FROM STDIN")
        #expect(postgresError { try connection.query("SELECT 1") }?.kind == .usage)
        try writer.write(Array("7\n".utf8))
        #expect(try writer.finish() == 1)
        #expect(postgresError { try writer.finish() }?.kind == .usage)
        #expect(try connection.query("SELECT a FROM t").int64(0, 0) == 7)
    }
}
