import Events
import Foundation
import Importers
import Projections
import TestKit
import Testing

extension ProcessTests {
    @Suite("Effects", .serialized)
    struct EffectTests {
        private static let events = 60_000

        @Test("worker, broker and database killed, then a replay: every notification is there, none under a second id")
        func notifications() throws {
            let stack = try Stack()
            let tool = try Stack.program("tapefold")
            let tape = SimulatedTape(
                options: SimulatorOptions(
                    events: Self.events, users: 200, symbols: 10, seed: 5, kind: .mixed, duplicatesPerMille: 30,
                    outOfOrderPerMille: 20))
            var worker = try stack.startReadyWorker("orders")
            let feeder = try Feeder(tape, to: stack)
            for (index, victim) in ["worker", "broker", "worker", "database", "worker"].enumerated() {
                let mark = Self.events / 4 * (index + 1) / 8
                try eventually("\(mark) events to be folded") { try stack.folded("orders") >= mark }
                switch victim {
                case "broker":
                    stack.killBroker()
                    try stack.startBroker()
                case "database":
                    stack.killPostgres()
                    try stack.startPostgres()
                default:
                    stack.kill(worker)
                    worker = try stack.startWorker("orders")
                }
            }
            try feeder.join()
            try stack.waitUntilCaughtUp("orders")
            let expected = try expectedNotifications(tape)
            #expect(!expected.isEmpty)
            let told = try eventually("the outbox to be empty") { () -> [Told]? in
                try stack.count("SELECT count(*) FROM tapefold.outbox") == 0 ? try read(stack) : nil
            }
            try check(told, expected)

            try runProgram(tool, ["replay", "orders"], stack.environment)
            try eventually("the worker to go on with the new build") {
                try stack.owners("orders").count == 4 && stack.count("SELECT count(*) FROM tapefold.outbox") == 0
            }
            #expect(try read(stack).count == told.count, "a rebuild told users again")
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
        }

        @Test("a view that is started on a log with a history does not tell of it")
        func historyIsNotNews() throws {
            let stack = try Stack()
            let tape = SimulatedTape(options: SimulatorOptions(events: 2_000, users: 20, seed: 6, kind: .mixed))
            try Feeder(tape, to: stack).join()
            _ = try stack.startReadyWorker("orders")
            try stack.waitUntilCaughtUp("orders")
            #expect(try stack.count("SELECT count(*) FROM api.orders") > 0)
            #expect(try stack.ends("orders").values.reduce(0, +) > 0)
            #expect(try read(stack).isEmpty)
            #expect(try stack.count("SELECT count(*) FROM tapefold.outbox") == 0)
        }

        private struct Told: Hashable {
            let eventId: String
            let notification: String
        }

        /// By id, each must say one thing; and the things said must be those expected, each under one id.
        private func check(_ told: [Told], _ expected: Set<String>) throws {
            let distinct = Set(told)
            #expect(Set(distinct.map(\.eventId)).count == distinct.count, "an id says two things")
            #expect(distinct.count == Set(distinct.map(\.notification)).count, "a thing is said under two ids")
            let said = Set(distinct.map(\.notification))
            let (missing, surplus) = (expected.subtracting(said), said.subtracting(expected))
            #expect(missing.isEmpty && surplus.isEmpty, "missing \(missing.prefix(3)), surplus \(surplus.prefix(3))")
        }

        /// What the fold says of the tape when nothing goes wrong.
        private func expectedNotifications(_ tape: SimulatedTape) throws -> Set<String> {
            let inputs: [EventKind] = [.orderPlaced, .orderUpdated, .orderCancelled, .tradeExecuted]
            let log = EventTape(inputs, try tape.decoded().map(\.decoded))
            let effects = try FoldRunner<OrdersFold>.run(log, FoldOptions(batchSizes: [1_000])).effects
            return Set(effects.map { "\($0.payload)" })
        }

        private func read(_ stack: Stack) throws -> [Told] {
            let outcome = try runProgram(
                "kcat", ["-b", stack.brokers, "-C", "-t", "notifications.send", "-o", "beginning", "-e", "-q"])
            let decoder = EventDecoder()
            return try outcome.output.split(separator: "\n").map { line in
                let event = try Array(line.utf8).withUnsafeBytes {
                    try decoder.decode(.notificationSend, value: $0)
                }
                return Told(eventId: event.envelope.id, notification: "\(event.payload)")
            }
        }
    }
}
