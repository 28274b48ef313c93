import Postgres
import Supervision
import Synchronization
import Testing

@Suite struct PoolTests {
    @Test func connectionsAreBoundedSharedAndKept() throws {
        let pool = PostgresPool(try freshConfiguration(), maximumConnections: 3)
        let backends = Mutex<Set<Int32>>([])
        let most = Mutex<(now: Int, most: Int)>((0, 0))
        onThreads(12) {
            for _ in 0..<20 {
                _ = try? pool.withConnection { connection throws(PostgresError) in
                    most.withLock {
                        $0.now += 1
                        $0.most = max($0.most, $0.now)
                    }
                    let pid = try connection.query("SELECT pg_backend_pid()").int32(0, 0)
                    backends.withLock { _ = $0.insert(pid) }
                    most.withLock { $0.now -= 1 }
                }
            }
        }
        #expect(most.withLock { $0.most } <= 3)
        #expect(backends.withLock { $0.count } <= 3)
        #expect(pool.idleCount <= 3)
        #expect(pool.idleCount > 0)
    }

    @Test func aBrokenConnectionIsReplacedAndAnOpenTransactionRolledBack() throws {
        let configuration = try freshConfiguration()
        let pool = PostgresPool(configuration, maximumConnections: 1)
        let first = try pool.withConnection { connection throws(PostgresError) in connection.backendProcessID }
        let killer = try PostgresConnection.connect(configuration)
        try killer.query("SELECT pg_terminate_backend($1)", [.int32(first)])
        var second = first
        try waitUntil {
            do throws(PostgresError) {
                second = try pool.withConnection { connection throws(PostgresError) in
                    try connection.begin()
                    return connection.backendProcessID
                }
            } catch  where error.isConnectionLost {}
            return second != first
        }
        #expect(second != first)
        let third = try pool.withConnection { connection throws(PostgresError) in
            #expect(!connection.isInTransaction)
            return connection.backendProcessID
        }
        #expect(third == second)
    }

    @Test func checkoutTimesOutAndAClosedPoolRefuses() throws {
        let pool = PostgresPool(try freshConfiguration(), maximumConnections: 1)
        try pool.withConnection { _ throws(PostgresError) in
            let error = postgresError {
                try pool.withConnection(timeoutMilliseconds: 20) { _ throws(PostgresError) in }
            }
            #expect(error?.kind == .usage)
            pool.close()
        }
        #expect(pool.idleCount == 0)
        #expect(
            postgresError { try pool.withConnection { _ throws(PostgresError) in } }?.message.contains("closed") == true
        )
    }
}
