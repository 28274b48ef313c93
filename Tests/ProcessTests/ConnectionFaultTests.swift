import Foundation
import TestKit
import Testing

extension ProcessTests {
    @Suite("Connections that break", .serialized)
    struct ConnectionFaultTests {
        private enum Fault: Sendable {
            case cut(Link)
            /// After a random number of further bytes.
            case cutWithin(Link, ProxyDirection)
            /// The database commits; its answer never arrives.
            case loseCommitAnswer
            case halfClose(Link, ProxyDirection)
            /// Until the next fault.
            case slow(Link)
        }

        private enum Link: CaseIterable, Sendable {
            case broker, database
        }

        /// More than will be sent: the feeder is stopped when the last fault has come.
        private static let script = TradeScript(trades: 2_000_000, users: 1_000, symbols: 10)
        private static let eventsPerSecond = 15_000
        private static let eventsBetweenFaults: Int64 = 6_000
        private static let largestCutBytes = 30_000
        private static let delay = Duration.milliseconds(20)
        private static let bytesPerSecond = 8_000_000

        private static var faults: [Fault] {
            var faults: [Fault] = [.loseCommitAnswer, .loseCommitAnswer, .loseCommitAnswer]
            for link in Link.allCases {
                faults += [.cut(link), .slow(link)]
                for direction in ProxyDirection.allCases {
                    faults += [.cutWithin(link, direction), .cutWithin(link, direction), .halfClose(link, direction)]
                }
            }
            return faults
        }

        @Test(
            "cut at any byte of either direction, COMMIT's answer lost, half-closed, delayed, throttled: rows as told")
        func everyWay() throws {
            let proxies: [Link: TCPProxy] = [.broker: try TCPProxy(), .database: try TCPProxy()]
            let stack = try Stack(
                Stack.Surroundings(brokerProxy: proxies[.broker], databaseProxy: proxies[.database]))
            let worker = try stack.startReadyWorker()
            let feeder = try Feeder(Self.script, to: stack, eventsPerSecond: Self.eventsPerSecond)
            var random = SeededRandom(seed: 23)
            for fault in Self.faults.shuffled(using: &random) {
                try waitForProgress(stack, "before \(fault): \(worker.log.suffix(2_000))")
                for proxy in proxies.values { proxy.heal() }
                try hit(fault, proxies, &random)
            }
            for proxy in proxies.values { proxy.heal() }
            try waitForProgress(stack, "after the last fault")
            try finish(stack, feeder)
            #expect(worker.process.isRunning)
            #expect(!worker.lines("database_retry").isEmpty)
        }

        private func waitForProgress(_ stack: Stack, _ when: String) throws {
            let from = try eventually("checkpoints") { try stack.folded("positions") }
            let mark = from + Self.eventsBetweenFaults
            try eventually("\(mark) events to be folded \(when)") { try stack.folded("positions") >= mark }
        }

        private func finish(_ stack: Stack, _ feeder: Feeder) throws {
            var left = try feeder.stop()
            var oracle = TradeOracle()
            Self.script.run { event in
                if left > 0 { oracle.record(event) }
                left -= 1
            }
            try stack.waitUntilCaughtUp("positions")
            try stack.expectPositions(oracle)
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
            #expect(try stack.count("SELECT count(*) FROM tapefold.parked_event") == 0)
        }

        private func hit(_ fault: Fault, _ proxies: [Link: TCPProxy], _ random: inout SeededRandom) throws {
            switch fault {
            case .cut(let link):
                let proxy = try #require(proxies[link])
                let before = proxy.counts.cut
                try eventually("\(fault)") {
                    proxy.perform(.cutAll)
                    return proxy.counts.cut > before
                }
            case .cutWithin(let link, let direction):
                let bytes = 1 + random.below(Self.largestCutBytes)
                try cut(proxies[link], .cutAfter(bytes: bytes, direction), "a cut after \(bytes) bytes: \(fault)")
            case .loseCommitAnswer:
                try cut(proxies[.database], .cutBefore(Array("COMMIT\0".utf8), .toClient), "a COMMIT to be answered")
            case .halfClose(let link, let direction):
                let proxy = try #require(proxies[link])
                let before = proxy.counts.halfClosed
                try eventually("\(fault)") {
                    proxy.perform(.halfClose(direction))
                    return proxy.counts.halfClosed > before
                }
            case .slow(let link):
                proxies[link]?.change {
                    $0.delay = Self.delay
                    $0.bytesPerSecond = Self.bytesPerSecond
                }
            }
        }

        private func cut(_ proxy: TCPProxy?, _ command: ProxyCommand, _ what: String) throws {
            let proxy = try #require(proxy)
            let before = proxy.counts.cut
            proxy.perform(command)
            try eventually(what) { proxy.counts.cut > before }
        }

        @Test("PostgreSQL restarted fast and immediately, the broker stopped and started again: rows as told")
        func restarts() throws {
            let stack = try Stack()
            let worker = try stack.startReadyWorker()
            let feeder = try Feeder(Self.script, to: stack, eventsPerSecond: Self.eventsPerSecond)
            let restarts: [() throws -> Void] = [
                { try stack.restartPostgres(immediately: false) },
                { try stack.restartBroker() },
                { try stack.restartPostgres(immediately: true) },
            ]
            for restart in restarts {
                try waitForProgress(stack, "before a restart")
                try restart()
            }
            try waitForProgress(stack, "after the last restart")
            try finish(stack, feeder)
            #expect(worker.process.isRunning)
        }
    }
}
