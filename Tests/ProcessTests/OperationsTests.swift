import Foundation
import Testing

extension ProcessTests {
    @Suite("Operating it", .serialized)
    struct OperationsTests {
        private func metricsURL(_ path: String) throws -> String {
            let port: String = try eventually("the metrics' port in \(path)") {
                (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            return "http://127.0.0.1:\(port)"
        }

        @Test(
            "a worker serves metrics that Prometheus reads, and probes; a zombie's batch shows in them and in the log")
        func metrics() throws {
            let stack = try Stack()
            let path = stack.folder + "/positions.port"
            let worker = try stack.startReadyWorker(
                "positions",
                [
                    "TAPEFOLD_METRICS_PORT": "0", "TAPEFOLD_METRICS_PORT_FILE": path, "TAPEFOLD_LOG_FORMAT": "json",
                    "TAPEFOLD_INSTANCE_ID": "one",
                ])
            let url = try metricsURL(path)
            let script = TradeScript(trades: 5_000, users: 60)
            let sent = try Feeder(script, to: stack).join()
            try stack.waitUntilCaughtUp("positions")
            if let faults = try Metrics.faults(url + "/metrics") { #expect(faults.isEmpty, "\(faults)") }
            let text = try Metrics.text(url + "/metrics")
            #expect(Metrics.sum(text, "tapefold_events_processed_total", "view=\"positions\"") == Double(sent))
            #expect(Metrics.sum(text, "tapefold_duplicates_dropped_total") > 0)
            #expect(Metrics.sum(text, "tapefold_lane_state", "state=\"running\"") == 4)
            #expect(Metrics.sum(text, "tapefold_flush_duration_seconds_count") > 0)
            #expect(Metrics.sum(text, "tapefold_ready") == 1)
            try eventually("no lag") { Metrics.sum(try Metrics.text(url + "/metrics"), "tapefold_lag_events") == 0 }
            #expect(try Metrics.text(url + "/livez").contains("ok"))
            #expect(try Metrics.text(url + "/readyz").contains("ready"))

            try stack.database().query("UPDATE tapefold.lane SET owner_epoch = owner_epoch + 1 WHERE live")
            var more = script
            more.first = 10_000
            try Feeder(more, to: stack).join()
            try stack.waitUntilCaughtUp("positions")
            #expect(Metrics.sum(try Metrics.text(url + "/metrics"), "tapefold_fenced_total") >= 1)
            let fenced = try #require(worker.log.split(separator: "\n").first { $0.contains("\"event\":\"fenced\"") })
            let line = try #require(try JSONSerialization.jsonObject(with: Data(fenced.utf8)) as? [String: Any])
            #expect(line["view"] as? String == "positions")
            #expect(line["lane"] is Int && line["epoch"] is Int, "\(fenced)")
        }

        @Test("a paused view stands still over a restart and a replay's swap, and goes on from where it was")
        func pause() throws {
            let stack = try Stack()
            let first = try stack.startReadyWorker("positions")
            _ = try stack.startReadyWorker("orders")
            let script = TradeScript(trades: 3_000, users: 60)
            try Feeder(script, to: stack).join()
            try stack.waitUntilCaughtUp("positions", "orders")

            let tool = try Stack.program("tapefold")
            try runProgram(tool, ["pause", "positions", "--reason", "clean up", "--by", "asha"], stack.environment)
            try eventually("the worker to obey") { !first.lines("paused").isEmpty }
            let before = try stack.checkpoints("positions")
            var more = script
            more.first = 10_000
            try Feeder(more, to: stack).join()
            stack.kill(first)
            let second = try stack.startReadyWorker("positions")
            try stack.waitUntilCaughtUp("orders")
            #expect(try stack.checkpoints("positions") == before)

            let status = try stack.status("positions")
            let pauses = try #require(status["pauses"] as? [[String: Any]])
            #expect(pauses.first?["by"] as? String == "asha")
            #expect(pauses.first?["reason"] as? String == "clean up")
            #expect(status["lag"] as? Int ?? 0 > 0)
            #expect(status["lagSeconds"] as? Double ?? 0 > 0)

            try runProgram(tool, ["replay", "positions"], stack.environment)
            #expect(try stack.status("positions")["build"] as? String == "2.2")
            #expect(try stack.checkpoints("positions") == before)
            let verified = try stack.tool(["verify", "positions"])
            #expect(verified["verified"] as? Bool == true)

            try runProgram(tool, ["resume", "positions"], stack.environment)
            try stack.waitUntilCaughtUp("positions")
            var oracle = TradeOracle()
            script.run { oracle.record($0) }
            more.run { oracle.record($0) }
            try stack.expectPositions(oracle)
            #expect(second.process.isRunning)
            #expect(stack.complaints.isEmpty, "\(stack.complaints)")
        }

        @Test("status: rates over two readings; --watch ends with 130 on Ctrl-C")
        func status() throws {
            let stack = try Stack()
            _ = try stack.startReadyWorker()
            try Feeder(TradeScript(trades: 500, users: 20), to: stack).join()
            try stack.waitUntilCaughtUp("positions")
            #expect(try stack.status("positions")["rate"] == nil)
            #expect(try stack.tool(["status", "positions", "--over", "1"])["views"] != nil)
            // Of a view that is not named, partitions that are well are left out.
            let tool = try Stack.program("tapefold")
            let named = try runProgram(tool, ["status", "positions"], stack.environment).output
            #expect(named.split(separator: "\n").filter { $0.contains("trades.executed/") }.count == 4, "\(named)")
            let all = try runProgram(tool, ["status"], stack.environment).output
            #expect(all.contains("positions  build 2.1  lag 0\n") && !all.contains("trades.executed/"), "\(all)")
            let watch = try RunningProgram(
                try Stack.program("tapefold"), ["status", "positions", "--watch"], stack.environment)
            try eventually("two readings: \(watch.output)") {
                watch.output.split(separator: "\n").filter { $0.contains("positions  build 2.1  lag 0  0/s") }.count
                    >= 2
            }
            watch.process.send(signal: SIGINT)
            #expect(try watch.wait(mayFail: true).status == .exited(130))
            #expect(!watch.output.contains("\u{1B}"))
        }
    }
}
