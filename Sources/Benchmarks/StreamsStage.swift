import Domain
import Foundation
import Glibc
import Kafka
import ReadAPI
import Supervision

/// Many WebSocket clients on one read-api while ticks come in: how old a price is when it reaches a client.
enum StreamsStage {
    static func run(_ stack: BenchStack, note: (String) -> Void) throws -> [BenchFigure] {
        let (api, port) = try startAPI(stack)
        defer { api.terminate() }
        let idle = residentKilobytes(api)
        let sockets = StreamSockets()
        note("opening \(BenchLimits.streamClients) streams")
        try open(sockets, port)
        let opened = residentKilobytes(api)
        let ticker = Ticker(try KafkaProducer(configuration: stack.kafka))
        note("sending \(BenchLimits.streamTicksPerSecond) ticks/s for \(BenchLimits.streamSeconds) s")
        // The first seconds open caches and buffers.
        try drive(sockets, ticker, seconds: BenchLimits.streamWarmUpSeconds)
        sockets.forget()
        let (serverBefore, clientsBefore) = (processorSeconds("\(api.pid)"), processorSeconds("self"))
        try drive(sockets, ticker, seconds: BenchLimits.streamSeconds)
        let server = processorSeconds("\(api.pid)") - serverBefore
        let load = processorSeconds("self") - clientsBefore
        guard sockets.ticks > 0 else { throw BenchFailure(description: "no tick reached a stream") }
        guard sockets.closed == 0 else { throw BenchFailure(description: "\(sockets.closed) streams were closed") }
        let running = residentKilobytes(api)
        let clients = Double(sockets.count)
        let rate = Double(sockets.ticks) / Double(BenchLimits.streamSeconds)
        return [
            BenchFigure("streams, last price's age, p50", sockets.percentile(0.5), unit: "ms"),
            BenchFigure("streams, last price's age, p99", sockets.percentile(0.99), unit: "ms", atMost: 500),
            BenchFigure("streams, ticks to clients", rate, unit: "/s"),
            BenchFigure("streams, CPU a tick to a client, read-api", server * 1e6 / Double(sockets.ticks), unit: "µs"),
            BenchFigure(
                "streams, CPU a tick to a client, the load's own", load * 1e6 / Double(sockets.ticks), unit: "µs"),
            BenchFigure("streams, memory a client, idle", (opened - idle) / clients, unit: "kB"),
            BenchFigure("streams, memory a client", (running - idle) / clients, unit: "kB", atMost: 20),
        ]
    }

    private static let secret = "bench-secret-0123456789abcdef-0123456789"

    private static func startAPI(_ stack: BenchStack) throws -> (ChildProcess, UInt16) {
        let portFile = "\(stack.options.workDirectory)/read-api.port"
        var description = ChildProcessDescription(
            name: "read-api", executable: "\(stack.options.programs)/read-api",
            arguments: ["--port", "0", "--port-file", portFile])
        description.environment = [
            "KAFKA_BROKERS": stack.kafka.brokers, "DATABASE_URL": stack.databaseURL, "TAPEFOLD_JWT_SECRET": secret,
            "TAPEFOLD_RATE_LIMIT_ADDRESS": "0",
        ]
        description.logPath = "\(stack.options.workDirectory)/read-api.log"
        let api = try ChildProcess.start(description)
        let deadline = ContinuousClock.now + .milliseconds(BenchLimits.startMilliseconds)
        while ContinuousClock.now < deadline {
            if let text = try? String(contentsOfFile: portFile, encoding: .utf8),
                let port = UInt16(text.trimmingCharacters(in: .whitespacesAndNewlines))
            {
                return (api, port)
            }
            usleep(20_000)
        }
        throw BenchFailure(description: "read-api did not start")
    }

    /// Each client follows some of the symbols; a few more follow all of them and never read.
    private static func open(_ sockets: StreamSockets, _ port: UInt16) throws {
        let issuer = TokenIssuer(secret: try TokenSecret(bytes: Array(secret.utf8)))
        let expiry = Int64(time(nil)) + 3_600
        for number in 0..<(BenchLimits.streamClients + BenchLimits.streamSlowClients) {
            let reads = number < BenchLimits.streamClients
            let count = reads ? BenchLimits.streamSymbolsPerClient : BenchLimits.streamSymbols
            let channels = (0..<count).map { "market:S\((number + $0 * 7) % BenchLimits.streamSymbols)" }
            let token = issuer.issue(TokenClaims(subject: "user-\(number)", expiresAt: expiry))
            try sockets.open(port: port, token: token, channels: channels.joined(separator: ","), reads: reads)
        }
    }

    private static func drive(_ sockets: StreamSockets, _ ticker: Ticker, seconds: Int) throws {
        let end = ticker.now + seconds * 1_000
        while ticker.now < end {
            try ticker.sendDue()
            sockets.read(milliseconds: 1) { ticker.now }
        }
    }

    /// What a process has used of all processors, from its /proc/<pid>/stat: user's and system's ticks are fields 14 and 15.
    private static func processorSeconds(_ process: String) -> Double {
        let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        // The second field is a name in parentheses, which may have blanks.
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func residentKilobytes(_ child: ChildProcess) -> Double {
        let text = (try? String(contentsOfFile: "/proc/\(child.pid)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Double($0) } ?? 0
    }

    /// Sends ticks of all symbols in turn at a steady rate; each carries when it was sent.
    private final class Ticker {
        private let producer: KafkaProducer
        private let begun = ContinuousClock.now
        private var sent = 0

        init(_ producer: KafkaProducer) { self.producer = producer }

        /// Milliseconds since the beginning.
        var now: Int { Int((ContinuousClock.now - begun) / .milliseconds(1)) }

        func sendDue() throws {
            let due = now * BenchLimits.streamTicksPerSecond / 1_000
            // After a pause the rest is left out: the rate is what is wanted, not the number.
            if due - sent > BenchLimits.streamTicksPerSecond { sent = due }
            let topic = try producer.topic("market.updates")
            while sent < due {
                let symbol = "S\(sent % BenchLimits.streamSymbols)"
                let seconds = Date().timeIntervalSince1970
                let time = Timestamp(microseconds: Int64(seconds * 1_000_000))
                let event = """
                    {"specversion":"1.0","id":"\(sent)","source":"/bench","type":"market.updates.v1","time":"\(time)",\
                    "data":{"symbol":"\(symbol)","exchange":"NSE","lastPrice":"\(100 + sent % 50).25",\
                    "lastQuantity":"\(now)","volume":"\(sent)"}}
                    """
                try Array(event.utf8).withUnsafeBytes { value in
                    try Array(symbol.utf8).withUnsafeBytes { try producer.send(topic, key: $0, value: value) }
                }
                sent += 1
            }
            producer.poll()
        }
    }
}
