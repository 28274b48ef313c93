import Postgres
import Supervision
import Testing

@Suite struct PipelineTests {
    @Test func aWholeTransactionInOnePipeline() throws {
        let connection = try connectToFreshDatabase()
        try connection.execute("CREATE TABLE t (a bigint PRIMARY KEY)")
        for round in 0..<3 as Range<Int64> {
            let results = try connection.pipeline { p throws(PostgresError) in
                try p.add("BEGIN")
                try p.addCached("INSERT INTO t VALUES ($1) RETURNING a", [.int64(round)])
                try p.addCached("INSERT INTO t VALUES ($1) RETURNING a", [.int64(round + 100)])
                try p.add("COMMIT")
            }
            #expect(results.count == 4)
            #expect(try results[2].int64(0, 0) == round + 100)
            #expect(results[3].commandTag == "COMMIT")
        }
        #expect(try connection.query("SELECT count(*) FROM t").int64(0, 0) == 6)
    }

    @Test(arguments: [true, false])
    func aFailureInTheMiddleNamesItsStatementAndUndoesAll(explicitTransaction: Bool) throws {
        let connection = try connectToFreshDatabase()
        try connection.execute("CREATE TABLE t (a bigint CONSTRAINT one PRIMARY KEY)")
        let error = postgresError {
            try connection.pipeline { p throws(PostgresError) in
                try p.add(explicitTransaction ? "BEGIN" : "SELECT 0")
                try p.addCached("INSERT INTO t VALUES ($1)", [.int64(1)])
                try p.addCached("INSERT INTO t VALUES ($1)", [.int64(1)])
                try p.addCached("INSERT INTO t VALUES ($1) RETURNING a", [.int64(2)])
                try p.add(explicitTransaction ? "COMMIT" : "SELECT 0")
            }
        }
        #expect(error?.statementIndex == 2)
        #expect(error?.sqlState == "23505")
        #expect(error?.constraint == "one")
        #expect(!connection.isInTransaction)
        #expect(try connection.query("SELECT count(*) FROM t").int64(0, 0) == 0)
        let again = try connection.pipeline { p throws(PostgresError) in
            try p.addCached("INSERT INTO t VALUES ($1) RETURNING a", [.int64(2)])
            try p.addCached("INSERT INTO t VALUES ($1)", [.int64(3)])
        }
        #expect(again.count == 2)
    }

    @Test func aStatementThatDoesNotParseIsNamedToo() throws {
        let connection = try connectToFreshDatabase()
        let error = postgresError {
            try connection.pipeline { p throws(PostgresError) in
                try p.addCached("SELECT 1")
                try p.addCached("SELEKT 2")
            }
        }
        #expect(error?.statementIndex == 1)
        #expect(error?.sqlState == "42601")
        #expect(try connection.query("SELECT 1").int64(0, 0) == 1)
    }

    @Test func ownSqlStatesPass() throws {
        let connection = try connectToFreshDatabase()
        let error = postgresError {
            try connection.pipeline { p throws(PostgresError) in
                try p.add("DO $$ BEGIN RAISE EXCEPTION 'fenced' USING ERRCODE = 'TF001'; END $$")
                try p.add("SELECT 1")
            }
        }
        #expect(error?.sqlState == "TF001")
        #expect(error?.message == "fenced")
        #expect(error?.statementIndex == 0)
    }

    @Test(arguments: [true, false])
    func whatABodyThatThrowsHadSentIsUndone(explicitTransaction: Bool) throws {
        let connection = try connectToFreshDatabase()
        try connection.execute("CREATE TABLE t (a bigint)")
        let error = postgresError {
            try connection.pipeline { p throws(PostgresError) in
                if explicitTransaction { try p.add("BEGIN") }
                try p.add("INSERT INTO t VALUES (1)")
                throw PostgresError.usage("changed my mind")
            }
        }
        #expect(error?.message == "changed my mind")
        #expect(!connection.isInTransaction)
        #expect(try connection.query("SELECT count(*) FROM t").int64(0, 0) == 0)
    }

    @Test func withoutAClosure() throws {
        let connection = try connectToFreshDatabase()
        try connection.execute("CREATE TABLE t (a bigint)")
        let kept = try connection.startPipeline()
        try kept.add("INSERT INTO t VALUES (1)")
        #expect(postgresError { try connection.query("SELECT 1") }?.kind == .usage)
        #expect(try connection.finish(kept).count == 1)
        let dropped = try connection.startPipeline()
        try dropped.add("INSERT INTO t VALUES (2)")
        connection.abandon(dropped)
        #expect(try connection.query("SELECT count(*) FROM t").int64(0, 0) == 1)
    }

    @Test func moreThanAMessageHoldsIsRefusedBeforeItIsSent() throws {
        let connection = try connectToFreshDatabase()
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 600_000_000, alignment: 1)
        defer { bytes.deallocate() }
        let half = PostgresParameter.binary(.bytea, borrowing: UnsafeRawBufferPointer(bytes))
        #expect(postgresError { try connection.query("SELECT $1, $2", [half, half]) }?.kind == .usage)
        #expect(try connection.query("SELECT 1").int64(0, 0) == 1)
    }

    @Test func aPipelineInsideATransactionLeavesItToTheCaller() throws {
        let connection = try connectToFreshDatabase()
        try connection.execute("CREATE TABLE t (a bigint)")
        try connection.begin()
        try connection.pipeline { p throws(PostgresError) in try p.add("INSERT INTO t VALUES (1)") }
        _ = postgresError {
            try connection.pipeline { p throws(PostgresError) in try p.add("SELECT 1/0") }
        }
        #expect(connection.isTransactionFailed)
        try connection.rollback()
        #expect(try connection.query("SELECT count(*) FROM t").int64(0, 0) == 0)
    }

    @Test func fiftyMegabytesEachWayDoNotDeadlock() throws {
        let connection = try connectToFreshDatabase()
        let piece = [UInt8](repeating: 0x61, count: 500_000)
        let results = try connection.pipeline { p throws(PostgresError) in
            for _ in 0..<100 { try p.add("SELECT $1", [.bytea(piece)]) }
        }
        #expect(results.count == 100)
        #expect(results.allSatisfy { $0.bytes(0, 0).count == piece.count })
        let whole = [UInt8](repeating: 0x62, count: 50_000_000)
        let one = try connection.pipeline { p throws(PostgresError) in try p.add("SELECT $1", [.bytea(whole)]) }
        #expect(one[0].bytes(0, 0).count == whole.count)
    }

    @Test func copyAndNestedUseAreRefused() throws {
        let connection = try connectToFreshDatabase()
        let copy = postgresError {
            try connection.pipeline { p throws(PostgresError) in try p.add("  copy t FROM STDIN") }
        }
        #expect(copy?.kind == .usage)
        let nested = postgresError {
            try connection.pipeline { _ throws(PostgresError) in try connection.query("SELECT 1") }
        }
        #expect(nested?.kind == .usage)
        #expect(try connection.query("SELECT 1").int64(0, 0) == 1)
    }

    @Test func aDeferredConstraintFailsAtTheSync() throws {
        let connection = try connectToFreshDatabase()
        try connection.execute("CREATE TABLE t (a bigint CONSTRAINT late UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        let error = postgresError {
            try connection.pipeline { p throws(PostgresError) in
                try p.add("INSERT INTO t VALUES (1)")
                try p.add("INSERT INTO t VALUES (1)")
            }
        }
        #expect(error?.sqlState == "23505")
        #expect(try connection.query("SELECT count(*) FROM t").int64(0, 0) == 0)
    }
}
