import CommandLineTool
import Foundation
import Testing

/// Commands that need neither Kafka nor a database, and what the others say without them.
@Suite struct OfflineCommandTests {
    private func temporary(_ name: String, _ text: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/tapefold-\(UUID().uuidString)-\(name)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test(arguments: [
        ["topics", "list"], ["consume", "trades.executed"], ["status"], ["db", "status"],
        ["simulate", "--events", "1"], ["dlq", "list", "positions"], ["dlq", "export"],
        ["dlq", "show", "positions", "trades.executed/2@7"], ["dlq", "drop", "positions", "--code", "book_refused"],
    ])
    func saysWhatToDoWithoutAnythingToConnectTo(words: [String]) throws {
        let result = try CommandLineRun(words)
        #expect(result.status == .failed)
        #expect(result.errors.contains("is not set and no `tapefold up` is running on /nonexistent/tapefold"))
        #expect(result.errors.contains("tapefold up"))
    }

    @Test(arguments: [
        (["dlq", "drop", "positions"], "say what to drop: --event, --key"),
        (["dlq", "show", "positions", "7"], "\"7\" is no event: write TOPIC/PARTITION@OFFSET"),
        (["dlq", "list", "position"], "there is no view \"position\"; did you mean positions?"),
        (["dlq", "list", "positions", "--since", "soon"], "--since must be a time as 2026-01-15T09:00:00Z"),
        (["dlq", "retry", "positions", "--wait", "90000"], "--wait must be 0 to 86400"),
        (["dlq", "show"], "VIEW is missing"), (["dlq", "show", "positions"], "EVENT is missing"),
        (["views", "drop", "positions"], "BUILD is missing"),
    ])
    func refusesWrongSelectionsOfParkedEvents(words: [String], message: String) throws {
        let result = try CommandLineRun(words)
        #expect(result.status == .usage)
        #expect(result.errors.contains(message), "\(result.errors)")
    }

    /// As on a full disk.
    @Test(arguments: [["--help"], ["views", "--help"], ["--version"]])
    func aResultThatCannotBeWrittenIsAFailure(words: [String]) throws {
        let errors = try temporary("errors", "")
        defer { try? FileManager.default.removeItem(atPath: errors) }
        let console = Console(
            output: try #require(FileHandle(forWritingAtPath: "/dev/full")),
            errors: try #require(FileHandle(forWritingAtPath: errors)))
        #expect(CommandLineTool.run(words, environment: [:], console: console) == .failed)
        let text = try String(contentsOfFile: errors, encoding: .utf8)
        #expect(text == "tapefold: the output could not be written whole: No space left on device\n")
    }

    @Test func decisionsComeThroughAPipeToo() throws {
        let tool = try Stack.program("tapefold")
        let outcome = try runProgram(
            "sh", ["-c", #"printf '\n{\n' | "$0" dlq import"#, tool], ["TAPEFOLD_DATA_DIR": "/nonexistent"],
            mayFail: true)
        #expect(outcome.status == .exited(1))
        #expect(outcome.output.contains("standard input:2: "), "\(outcome.output)")
    }

    @Test(arguments: [
        ("{", "is no JSON object"), ("{\"view\":\"positions\"}", "is missing"),
        (
            #"{"view":"x","topic":"t","partition":1,"offset":1,"code":"c","reason":"r","decidedBy":"d","decidedAt":"2026-01-01T00:00:00Z"}"#,
            "there is no view"
        ),
        (
            #"{"view":"orders","topic":"t","partition":-1,"offset":1,"code":"c","reason":"r","decidedBy":"d","decidedAt":"2026-01-01T00:00:00Z"}"#,
            "must not be negative"
        ),
    ])
    func namesTheLineOfADecisionThatItCantRead(line: String, message: String) throws {
        let path = try temporary("decisions.jsonl", "\n" + line + "\n")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let result = try CommandLineRun(["dlq", "import", "--file", path])
        #expect(result.status == .failed)
        #expect(result.errors.contains("\(path):2: ") && result.errors.contains(message), "\(result.errors)")
        #expect(result.errors.contains("nothing was taken over"))
    }

    @Test(arguments: [
        (
            ["import", "nse-history", "a.csv", "--exchange", "nse"],
            "--exchange must be A-Z, 0-9 and _, a letter first, as NSE, not \"nse\""
        ),
        (
            ["import", "tradebook", "a.csv", "--user", String(repeating: "u", count: 200)],
            "--user must have 128 characters at the most, not 200"
        ),
        (["import", "tradebook", "a.csv", "--account", "a\u{1}"], "--account must not have control characters"),
        (
            ["produce", "orders.placed", "--source", String(repeating: "s", count: 600)],
            "--source must have 512 characters at the most, not 600"
        ),
        (["replay", "nosuch"], "there is no view \"nosuch\". Views: market, positions"),
    ])
    func refusesWhatNoEventOrProgramTakes(words: [String], message: String) throws {
        let result = try CommandLineRun(words)
        #expect(result.status == .usage)
        #expect(result.errors.contains(message), "\(result.errors)")
    }

    @Test func aRoleThatNobodyAsksForIsToldOf() throws {
        let secret = ["TAPEFOLD_JWT_SECRET": String(repeating: "s", count: 40)]
        let result = try CommandLineRun(["token", "--user", "asha", "--role", "Admin"], environment: secret)
        #expect(result.status == .done && result.errors.contains("did you mean admin?"), "\(result.errors)")
        let right = try CommandLineRun(["token", "--user", "asha", "--role", "admin"], environment: secret)
        #expect(right.errors.isEmpty, "\(right.errors)")
    }

    @Test func aDemoWithoutItsFilesStartsNothing() throws {
        let result = try CommandLineRun(["demo", "--once", "--data", "/nonexistent/data"])
        #expect(result.status == .failed)
        #expect(result.errors.contains("/nonexistent/data holds neither nse-minute-2016"), "\(result.errors)")
        #expect(!result.errors.contains("starting PostgreSQL"))
    }

    @Test func namesAnUnreachableBroker() throws {
        let result = try CommandLineRun(["topics", "list"], environment: ["KAFKA_BROKERS": "127.0.0.1:1"])
        #expect(result.status == .failed)
        #expect(result.errors.contains("is Kafka running at 127.0.0.1:1?"))
    }

    @Test func producingDryReportsBadLinesByNumberAndTakesTheRest() throws {
        let trade =
            #"{"tradeId":"t1","userId":"u","symbol":"INFY","exchange":"NSE","side":"BUY","quantity":"1","price":"9"}"#
        let event =
            #"{"specversion":"1.0","id":"1","source":"/t","type":"trades.executed.v1","time":"2026-01-15T03:45:00Z","data":"#
            + trade + "}"
        let path = try temporary(
            "lines.jsonl",
            [trade, "", event, "nonsense", trade.replacing("BUY", with: "HOLD"), trade + "\r"].joined(separator: "\n"))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let result = try CommandLineRun(["produce", "trades.executed", "--file", path, "--dry-run", "--json"])
        #expect(result.status == .failed)
        #expect(result.errors.contains("line 4: "))
        #expect(result.errors.contains("line 5: data.side (\"HOLD\")"))
        #expect(result.output.contains(#""bad":2"#))
        #expect(result.output.contains(#""lines":5"#))
    }

    @Test func misspelledTopicsAreRefused() throws {
        let unknown = try CommandLineRun(["produce", "trades.exeucted", "--dry-run", "--file", "/dev/null"])
        #expect(unknown.status == .usage)
        #expect(unknown.errors.contains("did you mean trades.executed?"))
    }

    @Test func importingDryReportsRowColumnValueAndRemedy() throws {
        let path = try temporary(
            "book.csv",
            """
            trade_date,trade_id,symbol,exchange,segment,trade_type,quantity,price
            2025-01-01,1,TCS,NSE,EQ,buy,1,10
            31/13/2025,2,TCS,NSE,EQ,buy,1,10
            """)
        defer { try? FileManager.default.removeItem(atPath: path) }
        for strict in [[], ["--strict"]] {
            let result = try CommandLineRun(["import", "tradebook", path, "--dry-run", "--json"] + strict)
            #expect(result.status == .failed)
            #expect(result.errors.contains("\(path):3: row 2, column trade_date: \"31/13/2025\""))
            #expect(result.output.contains(#""accepted":1"#))
            #expect(result.output.contains(#""row":2"#))
        }
    }

    @Test func aFileThatCannotBeReadIsReportedAndTheOthersAreRead() throws {
        let path = try temporary(
            "book.csv",
            "trade_date,trade_id,symbol,exchange,segment,trade_type,quantity,price\n2025-01-01,1,TCS,NSE,EQ,buy,1,10\n")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let result = try CommandLineRun(["import", "tradebook", "/nowhere.csv", path, "--dry-run", "--json"])
        #expect(result.status == .failed)
        #expect(result.errors.contains("/nowhere.csv"))
        #expect(
            result.output.contains(#""accepted":1"#) && result.output.contains(#""unreadable":1"#), "\(result.output)")
    }

    @Test func aDatabasesFileThatCannotBeReadIsSaidAndNoOtherDatabaseTaken() throws {
        let result = try CommandLineRun(["db", "status"], environment: ["DATABASE_URL_FILE": "/nowhere/url"])
        #expect(result.status == .failed)
        #expect(
            result.errors.contains("DATABASE_URL_FILE names /nowhere/url, which cannot be read"), "\(result.errors)")
    }

    @Test func aTokensLastLineIsTheToken() throws {
        let secret = String(repeating: "s", count: 40)
        let result = try CommandLineRun(
            ["token", "--user", "asha", "--role", "admin"], environment: ["TAPEFOLD_JWT_SECRET": secret])
        #expect(result.status == .done)
        let parts = try #require(result.output.split(separator: "\n").last).split(separator: ".")
        #expect(parts.count == 3)
        #expect(try CommandLineRun(["token"], environment: ["TAPEFOLD_JWT_SECRET": secret]).status == .usage)
        let without = try CommandLineRun(["token", "--user", "asha"])
        #expect(without.status == .failed)
        #expect(without.errors.contains("no secret to sign with"))
    }

    @Test func configShowsOriginsAndHidesSecrets() throws {
        let result = try CommandLineRun(
            ["config", "show"],
            environment: [
                "DATABASE_URL": "postgresql://asha:geheim@db:5432/x", "KAFKA_BROKERS": "k:9092",
                "TAPEFOLD_JWT_SECRET": "topsecret", "TAPEFOLD_KAFKA_SASL_PASSWORD": "alsosecret",
            ])
        #expect(result.output.contains("DATABASE_URL = postgresql://asha:***@db:5432/x  [DATABASE_URL]"))
        #expect(result.output.contains("KAFKA_BROKERS = k:9092  [KAFKA_BROKERS]"))
        for secret in ["geheim", "topsecret", "alsosecret"] { #expect(!result.output.contains(secret)) }
    }
}
