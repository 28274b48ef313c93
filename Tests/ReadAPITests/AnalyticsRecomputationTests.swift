import Domain
import Events
import Foundation
import Projections
import TestKit
import Testing

@testable import ReadAPI

/// What the API answers, beside judge/analytics.py's recomputation from the events alone: another language, other
/// libraries, nothing shared.
@Suite struct AnalyticsRecomputationTests {
    /// A month of trades; TAPEFOLD_ANALYTICS_EVENTS makes it fuller.
    private static let events =
        ProcessInfo.processInfo.environment["TAPEFOLD_ANALYTICS_EVENTS"].flatMap { Int($0) } ?? 1_200
    private static let minutesOfAMonth = 31 * 24 * 60
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private struct Question: Encodable {
        struct Asked: Encodable {
            let kind: String
            let from: String
            let to: String
            let answer: RawJSON
        }

        let riskFree: Double
        let users: [String: [Asked]]
        let closes: [[String]]
    }

    @Test("an independent recomputation in Python agrees: amounts exactly, ratios to 1e-9")
    func pythonAgrees() throws {
        guard let python = try JudgePython.find(importing: "empyrical, pandas") else { return }
        let start = try Timestamp(parsing: "2026-01-01T00:00:00Z")
        let tape = PositionsTape.make(
            seed: 77, count: Self.events, exchanges: AnalyticsTape.exchanges,
            minutesPerTick: Int64(max(1, Self.minutesOfAMonth * 2 / (3 * Self.events))), start: start)
        let events = tape.events.map(\.decoded) + (try payments(from: start))
        let data = try AnalyticsData(events)
        let closes = try Self.closes(from: start)
        for close in closes { try data.addClose(close) }
        let api = try TestAPI(database: data.url)
        var users: [String: [Question.Asked]] = [:]
        for user in ["u1", "u2"] { users[user] = try ask(api, user) }
        let question = Question(
            riskFree: 0.05, users: users,
            closes: closes.map { [$0.exchange, $0.symbol, "\($0.day)", "\($0.price)"] })
        let folder = FileManager.default.temporaryDirectory.appending(path: "tapefold-analytics-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try JSONEncoder().encode(question).write(to: folder.appending(path: "question.json"))
        try Data(EventLines.encode(events).utf8).write(to: folder.appending(path: "events.jsonl"))
        let verdict = try python.run([
            URL(filePath: #filePath).deletingLastPathComponent().appending(path: "judge/analytics.py").path,
            folder.path, Self.root.appending(path: "topology/calendar.json").path,
        ])
        #expect(verdict.status == 0, "\(verdict.output)")
        let last = try #require(verdict.output.split(separator: "\n").last.map(String.init), "the judge said nothing")
        let counts = last.split(separator: " ").compactMap { Int($0) }
        #expect(counts.first == 0, "\(verdict.output.prefix(4_000))")
        #expect(counts.last ?? 0 > 2_000, "\(last)")
    }

    /// u1 has paid in, u2 has not.
    private func payments(from start: Timestamp) throws -> [DecodedEvent] {
        let rows: [(String, PaymentKind, PaymentStatus, String, Int64)] = [
            ("10000000", .deposit, .completed, "INR", 0), ("2500000.55", .deposit, .completed, "INR", 9),
            ("99999", .withdrawal, .completed, "INR", 16), ("777777", .deposit, .pending, "INR", 4),
            ("5", .deposit, .completed, "USD", 5), ("42", .charge, .completed, "INR", 6),
        ]
        return try rows.enumerated().map { index, row in
            let payment = PaymentReceived(
                paymentId: "p\(index)", userId: "u1", kind: row.1, amount: try Fixed8(parsing: row.0), currency: row.3,
                status: row.2)
            return DecodedEvent(
                .paymentReceived(payment), id: "p\(index)",
                time: start.adding(microseconds: row.4 * Timestamp.microsecondsPerDay))
        }
    }

    /// Some prices of some days: what has none yet can't be valued.
    private static func closes(from start: Timestamp) throws -> [TestClose] {
        var random = SeededRandom(seed: 5)
        var closes: [TestClose] = []
        for exchange in AnalyticsTape.exchanges {
            for symbol in ["A", "B", "C", "ISINNED"] {
                for day in 0..<40 where day == 2 || random.chance(60) {
                    closes.append(
                        TestClose(
                            exchange: exchange, symbol: symbol, day: start.date().adding(days: day),
                            price: Price(units: Int64.random(in: 1...20_000_000_000, using: &random))))
                }
            }
        }
        return closes
    }

    private func ask(_ api: TestAPI, _ user: String) throws -> [Question.Asked] {
        var asked: [Question.Asked] = []
        for (from, to) in [("2025-01-01", "2027-12-31"), ("2026-01-09", "2026-01-21"), ("2026-01-14", "2026-01-14")] {
            for (kind, path) in [
                ("report", "/v1/analytics?"), ("equity", "/v1/equity-curve?markToMarket=true&limit=500&"),
                ("day", "/v1/analytics/series?limit=500&"), ("week", "/v1/analytics/series?granularity=week&"),
                ("month", "/v1/analytics/series?granularity=month&"),
                ("year", "/v1/analytics/series?granularity=year&"),
            ] {
                let answer = try api.get("\(path)from=\(from)&to=\(to)", as: user)
                try #require(answer.status == 200, "\(path): \(answer.text)")
                asked.append(
                    Question.Asked(
                        kind: kind, from: from, to: to,
                        answer: try JSONDecoder().decode(
                            RawJSON.self, from: Data(answer.body))))
            }
        }
        return asked
    }
}

/// JSON that is passed on as it was read.
private indirect enum RawJSON: Codable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([RawJSON])
    case object([String: RawJSON])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([RawJSON].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: RawJSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let bool): try container.encode(bool)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        case .object(let object): try container.encode(object)
        }
    }
}

/// A Python that has what a judge needs.
struct JudgePython {
    let program: String

    /// `nil`, said loudly, where there is no such Python; under CI that is a failure.
    static func find(importing modules: String) throws -> JudgePython? {
        let environment = ProcessInfo.processInfo.environment
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        var candidates = [root.appending(path: ".build/test-venv/bin/python").path, "python3"]
        if let named = environment["TAPEFOLD_TEST_PYTHON"], !named.isEmpty { candidates = [named] }
        for candidate in candidates {
            let python = JudgePython(program: candidate)
            if (try? python.run(["-c", "import \(modules)"]))?.status == 0 { return python }
        }
        let message =
            "no Python with \(modules) (tried \(candidates.joined(separator: ", "))): run scripts/test-venv.sh"
        if environment["CI"] == "true" {
            Issue.record("\(message)")
        } else {
            print("SKIPPED: the API was not compared with Python's recomputation: \(message)")
        }
        return nil
    }

    /// Output goes through a file: what fits no pipe would hang.
    func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let answer = FileManager.default.temporaryDirectory.appending(path: "tapefold-judge-\(UUID().uuidString)")
        try Data().write(to: answer)
        defer { try? FileManager.default.removeItem(at: answer) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let output = try FileHandle(forWritingTo: answer)
        process.standardOutput = output
        process.standardError = output
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: try Data(contentsOf: answer), as: UTF8.self))
    }
}
