import Engine
import Foundation
import Testing

extension ProcessTests {
    @Suite("Dashboard", .serialized)
    struct DashboardTests {
        /// Views that the story in Browser/dashboard.py touches, as far as this build has them.
        private static let wanted = ["positions", "market", "orders", "rules", "cart", "notifications"]

        private static var hasBrowser: Bool {
            ["/usr/bin/chromedriver", "/usr/bin/chromium"].allSatisfy(FileManager.default.isExecutableFile(atPath:))
        }

        @Test(
            "in Chromium: sign in, a tick, a fill, a rule, every page, and back after the API was killed",
            .enabled(if: Self.hasBrowser, "chromium and chromium-driver are not installed: scripts/setup.sh --tests"))
        func story() throws {
            let stack = try Stack()
            let views = Self.wanted.filter(ViewRegistry.standard.names.contains)
            for view in views { _ = try stack.startReadyWorker(view) }
            let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Browser").path
            let build = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: ".build")
            let shots = build.appending(path: "screenshots").path
            let python =
                ProcessInfo.processInfo.environment["TAPEFOLD_TEST_PYTHON"]
                ?? build.appending(path: "test-venv/bin/python3").path
            var environment = stack.environment
            environment["PROGRAMS"] = URL(filePath: try Stack.program("read-api")).deletingLastPathComponent().path
            environment["SHOTS"] = shots
            environment["TAPEFOLD_JWT_SECRET"] = "dashboard-test-secret-0123456789abcdef"
            environment["HAS_CART"] = views.contains("cart") && views.contains("notifications") ? "1" : "0"
            let outcome = try runProgram(
                "/usr/bin/env", [python, "\(folder)/dashboard.py"], environment, mayFail: true)
            #expect(outcome.status.isSuccess, "\(outcome.output)")
            for step in [
                "came back after a kill", "no page scrolls sideways on a phone", "renewed the session", "signed out",
            ] {
                #expect(outcome.output.contains(step))
            }
        }
    }
}
