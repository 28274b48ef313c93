import Engine
import Events
import Foundation
import Kafka
import Postgres
import Projections
import Synchronization
import Testing

extension ProcessTests {
    /// A month of many people through real processes. `TAPEFOLD_MONTH_EVENTS=30000000` has 2 million trades and 20 million
    /// ticks and takes an hour and a half; the same at a size for every day, in memory, is SimulatedMonthTests.
    @Suite(
        "A simulated month", .serialized,
        .enabled(if: ProcessTestLimits.monthEvents > 0, "runs where TAPEFOLD_MONTH_EVENTS says of how many events"))
    struct MonthTests {
        /// What an oracle works out anew from the log.
        private static var judged: [String] { parts.flatMap(\.views) }

        /// A large database that nobody pulls the plug of: crashes are other tests' matter.
        private static let databaseSettings = [
            "max_connections": "300", "shared_buffers": "4GB", "max_wal_size": "8GB", "fsync": "off",
            "synchronous_commit": "off", "full_page_writes": "off",
        ]

        private let started = ContinuousClock.now

        private var patience: Double { ProcessTestLimits.waitSeconds(for: ProcessTestLimits.monthEvents) * 2 }

        @Test("every view equals its naive oracle, row for row, live and after a replay")
        func month() throws {
            let stack = try Stack(Stack.Surroundings(databaseSettings: Self.databaseSettings))
            let tool = try Stack.program("tapefold")
            let views = stack.topology.views.map(\.name)
            for view in views { _ = try stack.startReadyWorker(view) }
            try runProgram(
                tool,
                [
                    "simulate", "--kind", "days", "--days", "22", "--events", "\(ProcessTestLimits.monthEvents)",
                    "--users", "1000",
                    "--symbols", "50", "--ticks", "680", "--disorder", "hostile", "--seed", "2026",
                ], stack.environment, within: patience)
            note("sent")
            // Firings lead to carts, these to orders and notifications.
            for _ in 0..<2 { for view in views { try stack.waitUntilCaughtUp(view, within: patience) } }
            note("folded: \(try stack.count("SELECT count(*) FROM api.trades")) trades, parked \(try parked(stack))")
            try compare(stack.kafka(), stack.topology, stack.databaseURL)
            note("compared")
            let registry = ViewRegistry.standard
            for view in views where !registry.isReactor(view) {
                try runProgram(tool, ["replay", view], stack.environment, within: patience)
                if Self.judged.contains(view) { continue }
                let verified = try runProgram(tool, ["verify", view, "--json"], stack.environment, within: patience)
                #expect(verified.output.contains(#""verified":true"#), "\(verified.output)")
            }
            note("replayed")
            try compare(stack.kafka(), stack.topology, stack.databaseURL)
            #expect(try parked(stack) == 0)
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
        }

        private func parked(_ stack: Stack) throws -> Int {
            try stack.count("SELECT count(*) FROM tapefold.parked_event")
        }

        private struct Compared: Sendable {
            var events = 0
            var records: [String: Int] = [:]
            var differences: [String] = []
        }

        /// What an oracle is asked of a part of a lane's events.
        private typealias Oracle = @Sendable (OracleTables, [FoldEvent], OracleTables.Lane) throws -> [String]

        /// The views whose events are in memory at a time.
        private static let parts: [(views: [String], oracle: Oracle)] = [
            (["market"], { try $0.marketDifferences($1, lane: $2) }),
            (["orders"], { try $0.ordersDifferences($1, lane: $2) }),
            (
                ["positions", "analytics"],
                { try $0.positionsDifferences($1, lane: $2) + $0.analyticsDifferences($1, lane: $2) }
            ),
            (["cash"], { try $0.cashDifferences($1, lane: $2) }),
            (["cart"], { try $0.cartDifferences($1, lane: $2) }),
        ]

        /// As many lanes at a time as there are cores: the whole month is more than one would want in memory.
        private func compare(_ kafka: KafkaConfiguration, _ topology: Topology, _ databaseURL: String) throws {
            let started = started
            let all = Mutex(Compared())
            DispatchQueue.concurrentPerform(iterations: Int(SoakLog.lanes)) { lane in
                var found = Compared()
                do {
                    found = try Self.compare(Int32(lane), kafka, topology, databaseURL)
                } catch {
                    found.differences = ["lane \(lane): \(error)"]
                }
                Self.note(started, "lane \(lane): \(found.events) events, \(found.differences.count) differences")
                all.withLock { all in
                    all.records.merge(found.records, uniquingKeysWith: +)
                    all.differences += found.differences
                }
            }
            let compared = all.withLock { $0 }
            #expect(compared.differences.isEmpty, "\(compared.differences.joined(separator: "\n"))")
            let records = compared.records.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            note("records compared: \(records.joined(separator: ", "))")
            for part in Self.parts {
                #expect(
                    compared.records.contains { $0.key.hasPrefix("\(part.views[0]) ") }, "no events of \(part.views)")
            }
        }

        private static func compare(
            _ lane: Int32, _ kafka: KafkaConfiguration, _ topology: Topology, _ databaseURL: String
        ) throws -> Compared {
            var found = Compared()
            let tables = OracleTables(try PostgresConnection.connect(try PostgresConfiguration(url: databaseURL)))
            for part in parts {
                let log = SoakLog(kafka, topology, of: part.views)
                let events = try log.events(lane: lane) { _, topic, isInPlace in
                    if isInPlace { found.records["\(part.views[0]) \(topic)", default: 0] += 1 }
                }
                found.events += events.count
                found.differences += try part.oracle(tables, events, (number: lane, count: SoakLog.lanes))
            }
            return found
        }

        private func note(_ text: String) { Self.note(started, text) }

        private static func note(_ started: ContinuousClock.Instant, _ text: String) {
            print("month, after \((ContinuousClock.now - started).components.seconds) s: \(text)")
            fflush(nil)
        }
    }
}
