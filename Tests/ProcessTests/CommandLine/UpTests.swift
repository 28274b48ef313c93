import CommandLineTool
import Events
import Foundation
import Postgres
import Supervision
import Testing

extension ProcessTests {
    @Suite("tapefold up", .serialized)
    struct UpTests {
        @Test("brings all up, serves the other commands, survives kill -9 of itself and of its parts, and stops")
        func wholeLife() throws {
            let folder = try TemporaryFolder()
            let first = try UpProcess(folder.path)
            let run = try first.waitUntilReady()
            try second(folder.path, isRefusedFor: first)
            try sendAndRead(folder.path)

            for name in ["positions-processor", "embedded-broker", "read-api", "postgres"] {
                kill(try #require(run.pids[name]), SIGKILL)
                try eventually("\(name) to be started again") {
                    let now = try #require(RunFile.read(folder.path)).pids[name]
                    return now != nil && now != run.pids[name] ? () : nil
                }
            }
            first.process.send(signal: SIGKILL)
            first.process.wait()
            #expect(
                try CommandLineRun(["topics", "list", "--data-dir", folder.path]).errors.contains("no longer runs"))

            // The next one is a program with a view of its own, which it folds from the log's beginning.
            let again = try UpProcess(
                folder.path, by: try Stack.program("custom-view"),
                [Topology.environmentVariable: ChangingAViewTests.topologyPath])
            let own = try again.waitUntilReady()
            #expect(own.pids["turnover-processor"] != nil)
            let database = try PostgresConnection.connect(try PostgresConfiguration(url: own.database))
            try eventually("its rows") {
                try database.query("SELECT coalesce(sum(trades), 0)::bigint FROM api.turnover").int64(0, 0) == 2
            }
            let consumed = try CommandLineRun(["consume", "trades.executed", "--data-dir", folder.path])
            #expect(consumed.output.split(separator: "\n").count == 2)
            again.process.send(signal: SIGTERM)
            #expect(again.process.wait(timeoutMilliseconds: 60_000) == .exited(0))
            #expect(RunFile.read(folder.path) == nil)
        }

        @Test("names a taken port and its option")
        func takenPort() throws {
            let folder = try TemporaryFolder()
            let other = try TemporaryPostgres.shared().port
            let up = try RunningProgram(
                try UpProcess.program, ["up", "--data-dir", folder.path, "--kafka-port", "\(other)", "--api-port", "0"])
            let outcome = try up.wait(mayFail: true)
            #expect(outcome.status == .exited(1))
            #expect(outcome.output.contains("port \(other) on 127.0.0.1, wanted for the broker, is in use"))
            #expect(outcome.output.contains("--kafka-port"))
        }

        private func second(_ folder: String, isRefusedFor first: UpProcess) throws {
            let outcome = try RunningProgram(
                try UpProcess.program, ["up", "--data-dir", folder] + UpProcess.freePorts
            ).wait(mayFail: true)
            #expect(outcome.status == .exited(1))
            #expect(outcome.output.contains("another `tapefold up` runs on \(folder) (process \(first.process.pid)"))
        }

        /// Good lines among a bad one, a second import that adds nothing to the view, and what the commands say of it.
        private func sendAndRead(_ folder: String) throws {
            let lines = folder + "/lines.jsonl"
            let trade =
                #"{"tradeId":"t1","userId":"u","symbol":"INFY","exchange":"NSE","side":"BUY","quantity":"1","price":"9"}"#
            try (trade + "\nnonsense\n" + trade.replacing("t1", with: "t2") + "\n")
                .write(toFile: lines, atomically: true, encoding: .utf8)
            let produced = try CommandLineRun(
                ["produce", "trades.executed", "--file", lines, "--json", "--data-dir", folder])
            #expect(produced.status == .failed)
            #expect(produced.output.contains(#""sent":2"#))
            #expect(try CommandLineRun(["topics", "check", "--data-dir", folder]).status == .done)
            #expect(try CommandLineRun(["topics", "create", "--data-dir", folder]).output.contains("0 created"))
            #expect(try CommandLineRun(["db", "status", "--data-dir", folder]).status == .done)
            #expect(try CommandLineRun(["config", "check", "--data-dir", folder]).status == .done)
            #expect(try CommandLineRun(["token", "--user", "u", "--data-dir", folder]).status == .done)
            let consumed = try CommandLineRun(
                ["consume", "trades.executed", "--json", "--max", "1", "--data-dir", folder])
            #expect(consumed.output.contains(#""key":"u""#))
            #expect(consumed.output.contains(#""content-type":"application/cloudevents+json""#))
            #expect(
                try CommandLineRun(["consume", "no.such", "--data-dir", folder]).errors.contains("there is no topic"))
            let behind = try CommandLineRun(
                ["consume", "trades.executed", "--partition", "0", "--from", "900", "--data-dir", folder])
            #expect(behind.errors.contains("reading begins at") && behind.errors.contains("not at 900"))
            // They end with their reader, also while nothing comes that they could write.
            for command in ["consume trades.executed --follow", "status --watch"] {
                try runProgram(
                    "sh", ["-c", #""$0" \#(command) --data-dir "$1" | head -n 1"#, try UpProcess.program, folder])
            }
        }
    }
}
