import Postgres
import Supervision
import Testing

@Suite struct QueryTests {
    @Test func everyParameterTypeRoundTripsInBinary() throws {
        let connection = try connectToFreshDatabase()
        let result = try connection.query(
            "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9",
            [
                .int64(.min), .int32(-7), .int16(300), .bool(true), .text("naïve ₹"), .bytea([0, 255, 1]),
                .timestamptz(1_768_448_700_123_456), .numeric(units: -123_456_789_012), .null(.text),
            ])
        #expect(try result.int64(0, 0) == .min)
        #expect(try result.int32(0, 1) == -7)
        #expect(try result.int64(0, 1) == -7)
        #expect(try result.int16(0, 2) == 300)
        #expect(try result.bool(0, 3))
        #expect(try result.text(0, 4) == "naïve ₹")
        #expect(try result.byteArray(0, 5) == [0, 255, 1])
        #expect(try result.timestamptz(0, 6) == 1_768_448_700_123_456)
        #expect(try result.numericUnits(0, 7) == -123_456_789_012)
        #expect(result.isNull(0, 8))
        #expect(try result.textIfPresent(0, 8) == nil)
    }

    @Test func theServerReadsWhatWasMeant() throws {
        let connection = try connectToFreshDatabase()
        let result = try connection.query(
            "SELECT $1::text, $2::text, $3::text, $4::text",
            [.text(""), .text("x"), .null(.text), .text("y")])
        #expect(try result.text(0, 0) == "")
        #expect(result.isNull(0, 2))
        let times = try connection.query(
            "SELECT ($1::timestamptz)::text, ($2::numeric)::text",
            [.timestamptz(0), .numeric(units: 1)])
        #expect(try times.text(0, 0) == "1970-01-01 00:00:00+00")
        #expect(try times.text(0, 1) == "0.00000001")
    }

    @Test func arraysCarryNullsAndKeepTheirOrder() throws {
        let connection = try connectToFreshDatabase()
        let names = try PostgresArrayBuilder(.text)
        let amounts = try PostgresArrayBuilder(.numeric)
        for round in 0..<2 {
            names.removeAll()
            amounts.removeAll()
            for index in 0..<1000 {
                if index == 17 { names.appendNull() } else { names.append(text: "s\(index)-\(round)") }
                amounts.append(numericUnits: Int128(index) * 100_000_000)
            }
            let result = try connection.query(
                "SELECT * FROM unnest($1, $2) AS t(name, amount)", [.array(names), .array(amounts)])
            #expect(result.rowCount == 1000)
            #expect(result.isNull(17, 0))
            #expect(try result.text(999, 0) == "s999-\(round)")
            #expect(try result.numericUnits(999, 1) == 99_900_000_000)
        }
        let empty = try PostgresArrayBuilder(.int64)
        #expect(try connection.query("SELECT * FROM unnest($1)", [.array(empty)]).rowCount == 0)
    }

    @Test func errorsSayWhatTheServerSaid() throws {
        let connection = try connectToFreshDatabase()
        try connection.execute("CREATE TABLE t (id bigint CONSTRAINT t_key PRIMARY KEY); INSERT INTO t VALUES (1)")
        let error = postgresError { try connection.query("INSERT INTO t VALUES ($1)", [.int64(1)]) }
        #expect(error?.kind == .server(sqlState: "23505"))
        #expect(error?.constraint == "t_key")
        #expect(error?.table == "t")
        #expect(error?.detail?.contains("already exists") == true)
        #expect(error?.isDataError == true)
        #expect(error?.isConnectionLost == false)
        #expect(try connection.query("SELECT 1").int64(0, 0) == 1)
    }

    @Test func readersNameWhatDoesNotFit() throws {
        let connection = try connectToFreshDatabase()
        let result = try connection.query("SELECT 'abc'::text AS label, NULL::bigint AS total, 'NaN'::numeric AS odd")
        #expect(postgresError { _ = try result.int64(0, 0) }?.message.contains("label") == true)
        #expect(postgresError { _ = try result.int64(0, 1) }?.message.contains("total") == true)
        #expect(postgresError { _ = try result.numericUnits(0, 2) }?.message.contains("odd") == true)
        #expect(postgresError { _ = try result.int64(1, 0) }?.kind == .usage)
        #expect(result.columnIndex("odd") == 2)
        #expect(result.columnIndex("absent") == nil)
    }

    @Test func cachedStatementsArePreparedOnceAndEvictedAtTheLimit() throws {
        let connection = try connectToFreshDatabase()
        for round in 0..<3 {
            for index in 0..<(PostgresLimits.statementCacheCount + 10) {
                let result = try connection.cachedQuery("SELECT $1 + \(index)", [.int64(Int64(round))])
                #expect(try result.int64(0, 0) == Int64(round + index))
            }
        }
        let prepared = try connection.query("SELECT count(*) FROM pg_prepared_statements").int64(0, 0)
        #expect(prepared <= Int64(PostgresLimits.statementCacheCount))
        try connection.cachedQuery("SELECT 1")
        try connection.cachedQuery("SELECT 1")
        let ones = try connection.query(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 1'")
        #expect(try ones.int64(0, 0) == 1)
    }

    @Test func aCachedStatementSurvivesAChangedTable() throws {
        let connection = try connectToFreshDatabase()
        try connection.execute("CREATE TABLE t (a bigint)")
        try connection.cachedQuery("SELECT * FROM t")
        try connection.execute("ALTER TABLE t ADD COLUMN b text")
        #expect(postgresError { try connection.cachedQuery("SELECT * FROM t") }?.sqlState == "0A000")
        #expect(try connection.cachedQuery("SELECT * FROM t").columnCount == 2)
    }

    @Test func explicitlyPreparedStatementsRun() throws {
        let connection = try connectToFreshDatabase()
        try connection.prepare("twice", "SELECT $1 * 2", types: [.int64])
        #expect(try connection.queryPrepared("twice", [.int64(21)]).int64(0, 0) == 42)
    }

    @Test func aCopyThroughExecuteIsRefusedAndTheConnectionStaysUsable() throws {
        let connection = try connectToFreshDatabase()
        try connection.execute("CREATE TABLE t (a bigint)")
        #expect(postgresError { try connection.execute("COPY t FROM STDIN") }?.kind == .usage)
        #expect(postgresError { try connection.execute("COPY (SELECT 1) TO STDOUT") }?.kind == .usage)
        #expect(try connection.query("SELECT 1").int64(0, 0) == 1)
    }

    @Test func transactionsCommitRollBackAndRefuseToHideAFailure() throws {
        let connection = try connectToFreshDatabase()
        try connection.execute("CREATE TABLE t (a bigint)")
        try connection.transaction { () throws(PostgresError) in try connection.execute("INSERT INTO t VALUES (1)") }
        let error = postgresError {
            try connection.transaction { () throws(PostgresError) in
                try connection.execute("INSERT INTO t VALUES (2)")
                try connection.execute("SELECT 1/0")
            }
        }
        #expect(error?.sqlState == "22012")
        #expect(!connection.isInTransaction)
        try connection.begin()
        _ = postgresError { try connection.execute("SELECT 1/0") }
        #expect(postgresError { try connection.commit() }?.message.contains("rolled back") == true)
        #expect(try connection.query("SELECT count(*) FROM t").int64(0, 0) == 1)
    }
}
