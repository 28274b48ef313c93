import Foundation
import Kafka
import TestKit
import Testing

extension ProcessTests {
    @Suite("Records on the wrong partition", .serialized)
    struct MisplacedTests {
        private static let partitions: Int32 = 4

        @Test("kcat with its own partitioner or without a key, structured and binary: rerouted, folded once, counted")
        func kcat() throws {
            let stack = try Stack()
            let positions = try stack.startReadyWorker()
            let orders = try stack.startReadyWorker("orders")
            let script = TradeScript(trades: 4_000, users: 50, symbols: 4, correctedPerMille: 0)
            var events: [TradeScript.Event] = []
            var oracle = TradeOracle()
            script.run {
                events.append($0)
                oracle.record($0)
            }
            let binary = Array(events.prefix(20))
            let keyed = Array(events[20..<2_500])
            let keyless = Array(events[2_500...])
            for (index, event) in binary.enumerated() { try sendBinary(event, stack, hasKey: index % 2 == 0) }
            try send(keyed.map { "\($0.key)\t\($0.json)" }, stack, ["-K", "\t"])
            try send(keyless.map(\.json), stack, [])
            // The rerouted ones come on top of those that kcat sent.
            let misplaced =
                keyless.count + keyed.count { !isInPlace($0) }
                + binary.enumerated().count { $0.offset % 2 == 1 || !isInPlace($0.element) }
            try eventually("\(events.count) + \(misplaced) records") {
                try stack.ends("positions").values.reduce(0, +) == events.count + misplaced
            }
            try stack.waitUntilCaughtUp("positions", "orders")
            try stack.expectPositions(oracle)
            for worker in [positions, orders] {
                worker.process.send(signal: SIGTERM)
                #expect(worker.process.wait(timeoutMilliseconds: ProcessTestLimits.shutdownMilliseconds) == .exited(0))
            }
            #expect(misplaced > keyless.count)
            #expect(positions.last("stopped", "rerouted") == "\(misplaced)")
            #expect(positions.last("stopped", "misplaced") == "\(misplaced)")
            // Not the topic's home view: it only ignores them.
            #expect(orders.last("stopped", "rerouted") == "0")
            #expect(orders.last("stopped", "misplaced") == "\(misplaced)")
            #expect(try stack.count("SELECT count(*) FROM tapefold.parked_event") == 0)
        }

        @Test("the worker killed while it reroutes: nothing lost, nothing doubled")
        func killed() throws {
            let stack = try Stack()
            let script = TradeScript(trades: 30_000)
            var oracle = TradeOracle()
            var total = 0
            script.run {
                oracle.record($0)
                total += 1
            }
            var worker = try stack.startReadyWorker()
            let feeder = try Feeder(script, to: stack, partitioner: .crc32)
            var random = SeededRandom(seed: 5)
            for round in 1...4 {
                let mark = total * round / 5 - random.below(total / 20)
                try eventually("\(mark) records") { try stack.folded("positions") >= mark }
                stack.kill(worker)
                worker = try stack.startWorker()
            }
            try feeder.join()
            try stack.waitUntilCaughtUp("positions")
            try stack.expectPositions(oracle)
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
        }

        private func isInPlace(_ event: TradeScript.Event) -> Bool {
            let key = Array(event.key.utf8)
            return KafkaPartitioner.crc32.partition(forKey: key, count: Self.partitions)
                == KafkaPartitioner.murmur2.partition(forKey: key, count: Self.partitions)
        }

        private func send(_ lines: [String], _ stack: Stack, _ options: [String]) throws {
            let path = stack.folder + "/kcat-\(UUID().uuidString)"
            try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: false, encoding: .utf8)
            try runProgram("kcat", ["-b", stack.brokers, "-P", "-t", "trades.executed"] + options + ["-l", path])
        }

        private func sendBinary(_ event: TradeScript.Event, _ stack: Stack, hasKey: Bool) throws {
            let path = stack.folder + "/kcat-\(UUID().uuidString)"
            try event.data.write(toFile: path, atomically: false, encoding: .utf8)
            let headers = event.binaryHeaders.flatMap {
                ["-H", "\($0.name)=\(String(decoding: $0.value ?? [], as: UTF8.self))"]
            }
            try runProgram(
                "kcat",
                ["-b", stack.brokers, "-P", "-t", "trades.executed"] + headers + (hasKey ? ["-k", event.key] : []) + [
                    path
                ])
        }
    }
}
