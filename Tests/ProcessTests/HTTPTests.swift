import Engine
import Foundation
import Testing

extension ProcessTests {
    /// `read-api` as a process, before a real broker, database and processors, driven by clients that others wrote.
    @Suite("The read API", .serialized)
    struct HTTPTests {
        private static var folder: String {
            URL(filePath: #filePath).deletingLastPathComponent().appending(path: "http").path
        }

        /// One of each processor, for all that the routes ask: a view without a build is a 503, which no document foresees.
        private static let views = Dictionary(
            grouping: ViewRegistry.standard.names, by: Processor.program(serving:)
        ).compactMap(\.value.first)
        private static let password = "correct horse"
        private static let secret = String(repeating: "s", count: 32)

        @Test("takes commands that views show at once, and keeps to its document whatever is sent")
        func commandsAndDocument() throws {
            let stack = try Stack()
            for view in Self.views { try stack.startWorker(view) }
            let base = try startAPI(stack)
            try eventually("the workers to be ready") {
                stack.workers.allSatisfy { $0.isReady || $0.view == "read-api" }
            }
            try addUser(stack)
            let client = try runProgram(
                "/usr/bin/env", [Metrics.python, Self.folder + "/commands_client.py", base, "asha", Self.password],
                mayFail: true)
            #expect(client.status == .exited(0), "\(client.output)")
            try schemathesis(base, try token(stack))
            #expect(stack.complaints.isEmpty, "\(stack.complaints)")
        }

        private func startAPI(_ stack: Stack) throws -> String {
            let portFile = stack.folder + "/read-api.port"
            let api = try stack.startWorker(
                "read-api",
                [
                    "TAPEFOLD_JWT_SECRET": Self.secret, "TAPEFOLD_RATE_LIMIT_USER": "0",
                    "TAPEFOLD_RATE_LIMIT_ADDRESS": "0", "TAPEFOLD_RATE_LIMIT_COMMANDS": "0",
                ], by: ["read-api", "--port", "0", "--port-file", portFile])
            let port = try eventually("the API to listen; its log: \(api.log.suffix(2_000))") {
                Int(
                    try String(contentsOfFile: portFile, encoding: .utf8).trimmingCharacters(
                        in: .whitespacesAndNewlines))
            }
            return "http://127.0.0.1:\(port)"
        }

        private func addUser(_ stack: Stack) throws {
            let file = stack.folder + "/password"
            try Self.password.write(toFile: file, atomically: true, encoding: .utf8)
            _ = try runProgram(
                try Stack.program("tapefold"), ["users", "add", "asha", "--password-file", file],
                stack.environment)
        }

        /// An admin's: payments are among what is tried.
        private func token(_ stack: Stack) throws -> String {
            let outcome = try runProgram(
                try Stack.program("tapefold"), ["token", "--user", "asha", "--role", "admin"],
                stack.environment.merging(["TAPEFOLD_JWT_SECRET": Self.secret]) { $1 })
            return try #require(outcome.output.split(separator: "\n").last.map(String.init))
        }

        /// Requests made from the document, right and wrong ones. The seed is fixed: CI judges a change, not its luck.
        private func schemathesis(_ base: String, _ token: String) throws {
            let tool = URL(filePath: Metrics.python).deletingLastPathComponent().appending(path: "schemathesis").path
            guard FileManager.default.isExecutableFile(atPath: tool) else {
                print("SKIPPED: \(tool) is not there: run scripts/test-venv.sh")
                return
            }
            let examples = ProcessInfo.processInfo.environment["TAPEFOLD_SCHEMATHESIS_EXAMPLES"] ?? "2"
            let outcome = try runProgram(
                tool,
                [
                    "--config-file", Self.folder + "/schemathesis.toml", "run", base + "/openapi.json", "-H",
                    "Authorization: Bearer \(token)", "-n", examples, "--seed",
                    "1",
                    // Streams do not end, and a WebSocket is no request and answer: they have tests of their own.
                    "--exclude-path", "/v1/stream", "--exclude-path", "/v1/ws", "--phases", "examples,coverage,fuzzing",
                    // One worker: hypothesis' caches are not made for threads (KeyError in lambda_sources).
                    "--continue-on-failure", "--no-color", "--workers", "1",
                    "--generation-database", "none", "--warnings", "off",
                    // What unknown members and headers do is ours to say; the document says it.
                    "--exclude-checks", "unsupported_method,missing_required_header",
                ],
                [
                    "SCHEMATHESIS_HOOKS": Self.folder + "/hooks.py", "TAPEFOLD_TEST_API": base,
                    "TAPEFOLD_TEST_TOKEN": token,
                ], mayFail: true)
            #expect(outcome.status == .exited(0), "\(outcome.output.suffix(60_000))")
        }
    }
}
