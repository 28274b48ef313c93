import Engine
import Foundation
import Postgres
import TestKit
import Testing

/// The processes of a soak and what is done to them.
final class SoakRig {
    let stack: Stack
    private let proxies: [SoakFault.Link: TCPProxy]
    private var workers: [String: Stack.Worker] = [:]
    private var holder: PostgresConnection?
    private var random: SeededRandom
    /// Lines of level error in the logs of workers that are gone.
    private(set) var complaints: [String] = []

    init(_ settings: SoakSettings) throws {
        proxies = [.broker: try TCPProxy(), .database: try TCPProxy()]
        random = SeededRandom(seed: settings.seed &+ 1)
        stack = try Stack(Stack.Surroundings(brokerProxy: proxies[.broker], databaseProxy: proxies[.database]))
        for view in SoakSettings.views {
            for copy in 0..<SoakSettings.copies { workers[Self.name(view, copy)] = try stack.startReadyWorker(view) }
        }
    }

    private static func name(_ view: String, _ copy: Int) -> String { "\(view)-\(copy)" }

    /// Process ids by name.
    var processes: [(name: String, pid: pid_t)] {
        workers.map { ($0.key, $0.value.process.pid) }
            + (stack.brokerProcess.map { [("embedded-broker", $0.pid)] } ?? [])
    }

    /// What a supervisor does.
    func restartEnded() throws {
        for (name, worker) in workers where !worker.process.isRunning {
            complaints.append("\(name) ended by itself: \(worker.log.suffix(1_000))")
            try replace(name, worker)
        }
    }

    private func replace(_ name: String, _ worker: Stack.Worker) throws {
        complaints += worker.log.split(separator: "\n").filter { $0.contains("level=error") }.map(String.init)
        stack.kill(worker)
        workers[name] = try stack.startWorker(worker.view)
    }

    func perform(_ fault: SoakFault) throws {
        switch fault {
        case .kill(let view, let copy):
            let name = Self.name(view, copy)
            if let worker = workers[name] { try replace(name, worker) }
        case .freeze(let view, let copy): workers[Self.name(view, copy)]?.process.send(signal: SIGSTOP)
        case .thaw(let view, let copy): workers[Self.name(view, copy)]?.process.send(signal: SIGCONT)
        case .killBroker:
            stack.killBroker()
            try stack.startBroker()
        case .restartBroker: try stack.restartBroker()
        case .killDatabase:
            letGo()
            stack.killPostgres()
            try stack.startPostgres()
        case .restartDatabase(let immediately):
            letGo()
            try stack.restartPostgres(immediately: immediately)
        case .small(let small): try perform(small)
        case .heal: heal()
        }
    }

    /// Takes everything back that lasts.
    func heal() {
        for proxy in proxies.values { proxy.heal() }
        letGo()
    }

    func thawAll() { for worker in workers.values { worker.process.send(signal: SIGCONT) } }

    private func letGo() {
        try? holder?.rollback()
        holder = nil
    }

    private func perform(_ fault: SoakFault.Small) throws {
        switch fault {
        case .cut(let link): proxies[link]?.perform(.cutAll)
        case .cutWithin(let link, let direction, let bytes):
            proxies[link]?.perform(.cutAfter(bytes: bytes, direction))
        case .loseCommitAnswer: proxies[.database]?.perform(.cutBefore(Array("COMMIT\0".utf8), .toClient))
        case .halfClose(let link, let direction): proxies[link]?.perform(.halfClose(direction))
        case .delay(let link, let milliseconds): proxies[link]?.change { $0.delay = .milliseconds(milliseconds) }
        case .throttle(let link, let rate): proxies[link]?.change { $0.bytesPerSecond = rate }
        case .stall(let link): proxies[link]?.change { $0.isStalled = true }
        case .terminateSession: try signalSession("pg_terminate_backend")
        case .cancelStatement: try signalSession("pg_cancel_backend")
        case .holdRows(let view):
            let tables = try schema(view).tables.filter { !$0.isEmpty }
            try hold("SELECT 1 FROM \(tables[random.below(tables.count)]) LIMIT 1000 FOR UPDATE")
        case .holdLane(let view):
            try hold("SELECT 1 FROM tapefold.lane WHERE view = '\(view)' AND live FOR UPDATE")
        }
    }

    private func signalSession(_ function: String) throws {
        try stack.database().query(
            """
            SELECT \(function)(pid) FROM pg_stat_activity
            WHERE application_name LIKE 'tapefold-%' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 2
            """)
    }

    private func schema(_ view: String) throws -> (name: String, tables: [String]) {
        let build = try #require(try BuildCatalog(try stack.database()).liveBuild(of: view))
        let tables = try ViewRegistry.standard.fold(named: view).schema.tables.map { "\(build.schema).\($0.name)" }
        return (build.schema, tables)
    }

    private func hold(_ sql: String) throws {
        let connection = try PostgresConnection.connect(try PostgresConfiguration(url: stack.databaseURL))
        try connection.execute("SET lock_timeout = '1s'")
        try connection.begin()
        do {
            try connection.query(sql)
            holder = connection
        } catch {
            // Somebody else had them longer: there is nothing to hold.
            connection.rollbackIfOpen()
        }
    }

    /// Lines of level error of all workers there were.
    var allComplaints: [String] { complaints + stack.complaints }
}
