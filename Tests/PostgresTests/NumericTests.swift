import Postgres
import Supervision
import Testing

@Suite struct NumericTests {
    /// The largest magnitude that numeric(38,8) holds, in units of 10⁻⁸.
    static let limit = Int128("99999999999999999999999999999999999999") ?? 0

    static let edges: [Int128] = {
        var values: [Int128] = [0, 1, 9_999, 10_000, 99_999_999, 100_000_000, 100_000_001, 123_456_789_012_345_678]
        var power: Int128 = 1
        for _ in 0..<37 {
            power *= 10
            values += [power - 1, power, power + 1]
        }
        values += [Int128(Int64.max), Int128(UInt64.max), Int128(UInt64.max) + 1, limit]
        return values + values.map { -$0 }
    }()

    @Test func everyEdgeRoundTripsThroughTheServerAndReadsAsTheServerPrintsIt() throws {
        let connection = try connectToFreshDatabase()
        try connection.execute("CREATE TABLE n (at bigint, amount numeric(38,8))")
        let order = try PostgresArrayBuilder(.int64)
        let amounts = try PostgresArrayBuilder(.numeric)
        for (index, value) in Self.edges.enumerated() {
            order.append(integer: Int64(index))
            amounts.append(numericUnits: value)
        }
        try connection.query("INSERT INTO n SELECT * FROM unnest($1, $2)", [.array(order), .array(amounts)])
        let rows = try connection.query(
            "SELECT amount, trunc(amount * 100000000)::text FROM n ORDER BY at")
        for (index, value) in Self.edges.enumerated() {
            #expect(try rows.numericUnits(index, 0) == value)
            #expect(try rows.text(index, 1) == "\(value)")
        }
    }

    @Test func randomValuesRoundTrip() throws {
        var generator = SystemRandomNumberGenerator()
        let room = UnsafeMutableRawPointer.allocate(byteCount: PostgresNumeric.maximumBytes, alignment: 8)
        defer { room.deallocate() }
        for bits in 1...127 {
            for _ in 0..<50 {
                let magnitude = Int128(
                    truncatingIfNeeded: UInt128.random(in: 0...(UInt128(1) << bits - 1), using: &generator))
                for value in [magnitude, -magnitude] {
                    let length = PostgresNumeric.encode(units: value, into: room)
                    #expect(length <= PostgresNumeric.maximumBytes)
                    #expect(try PostgresNumeric.decode(UnsafeRawBufferPointer(start: room, count: length)) == value)
                }
            }
        }
    }

    @Test func theExtremesOfInt128Fit() throws {
        let room = UnsafeMutableRawPointer.allocate(byteCount: PostgresNumeric.maximumBytes, alignment: 8)
        defer { room.deallocate() }
        for value in [Int128.min, Int128.max] {
            let length = PostgresNumeric.encode(units: value, into: room)
            #expect(try PostgresNumeric.decode(UnsafeRawBufferPointer(start: room, count: length)) == value)
        }
    }

    @Test(
        arguments: [
            ("0", 0), ("1", 100_000_000), ("12000000000000", 1_200_000_000_000_000_000_000), ("0.00000001", 1),
            ("-0.5", -50_000_000), ("1.50000000000000", 150_000_000), ("0.000", 0), ("10000", 1_000_000_000_000),
        ] as [(String, Int128)])
    func numericsOfAnyScaleAreReadExactly(text: String, units: Int128) throws {
        let connection = try connectToFreshDatabase()
        #expect(try connection.query("SELECT '\(text)'::numeric").numericUnits(0, 0) == units)
    }

    @Test(arguments: [
        "NaN", "Infinity", "-Infinity", "0.000000001", "1e40", "1701411834604692317316873037158.84105728",
    ])
    func whatDoesNotFitIsRefused(text: String) throws {
        let connection = try connectToFreshDatabase()
        let result = try connection.query("SELECT '\(text)'::numeric AS amount")
        let error = postgresError { _ = try result.numericUnits(0, 0) }
        #expect(error?.kind == .usage)
        #expect(error?.message.contains("amount") == true)
    }

    @Test func cutShortBytesAreRefused() {
        for bytes in [[], [0, 1], [0, 2, 0, 0, 0, 0, 0, 8, 0, 1]] as [[UInt8]] {
            #expect(throws: PostgresError.self) { try bytes.withUnsafeBytes { try PostgresNumeric.decode($0) } }
        }
    }
}
