import Foundation
import Testing

extension Stack {
    /// Runs `tapefold` and reads the JSON object that it prints.
    func tool(_ arguments: [String], _ variables: [String: String] = [:]) throws -> [String: Any] {
        let outcome = try runProgram(
            try Self.program("tapefold"), arguments + ["--json"], environment.merging(variables) { $1 })
        let line = try #require(outcome.output.split(separator: "\n").last { $0.hasPrefix("{") }, "\(outcome.output)")
        return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    /// A view as `tapefold status` shows it.
    func status(_ view: String, _ variables: [String: String] = [:]) throws -> [String: Any] {
        let views = try #require(try tool(["status", view], variables)["views"] as? [[String: Any]])
        return try #require(views.first { $0["view"] as? String == view })
    }
}

/// A process's metrics, read by Prometheus' own parser.
enum Metrics {
    static var python: String {
        let environment = ProcessInfo.processInfo.environment
        return environment["TAPEFOLD_TEST_PYTHON"].flatMap { $0.isEmpty ? nil : $0 } ?? "python3"
    }

    /// What the parser finds wrong; nil, said loudly, where there is none.
    static func faults(_ url: String) throws -> [String]? {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "TelemetryTests/judge/check_metrics.py").path
        guard
            try runProgram("/usr/bin/env", [python, "-c", "import prometheus_client"], mayFail: true).status
                == .exited(0)
        else {
            print("SKIPPED: \(python) has no prometheus_client: run scripts/test-venv.sh")
            return nil
        }
        let outcome = try runProgram("/usr/bin/env", [python, script, url], mayFail: true)
        return outcome.status == .exited(0) ? [] : outcome.output.split(separator: "\n").map(String.init)
    }

    static func text(_ url: String) throws -> String {
        let program =
            "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=30).read().decode())"
        return try runProgram("/usr/bin/env", [python, "-c", program, url]).output
    }

    /// The sum of a family's samples whose line contains every one of `parts`.
    static func sum(_ text: String, _ name: String, _ parts: String...) -> Double {
        text.split(separator: "\n").filter { line in
            (line.hasPrefix("\(name){") || line.hasPrefix("\(name) ")) && parts.allSatisfy { line.contains($0) }
        }.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
    }
}
