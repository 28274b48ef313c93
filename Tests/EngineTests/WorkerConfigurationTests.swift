import Engine
import Foundation
import Telemetry
import Testing

@Suite struct WorkerConfigurationTests {
    private func configuration(_ variables: [String: String]) throws(EngineError) -> WorkerConfiguration {
        let base = ["KAFKA_BROKERS": "127.0.0.1:1", "DATABASE_URL": "postgresql://u@127.0.0.1:1/d"]
        return try WorkerConfiguration.fromEnvironment(base.merging(variables) { $1 }, view: "positions")
    }

    @Test func staticMembershipIsAskedFor() throws {
        #expect(try configuration([:]).kafka.properties["group.instance.id"] == nil)
        #expect(try configuration(["TAPEFOLD_INSTANCE_ID": "off"]).kafka.properties["group.instance.id"] == nil)
        let named = try configuration(["TAPEFOLD_INSTANCE_ID": "positions-2.pod"])
        #expect(named.kafka.properties["group.instance.id"] == "tapefold-positions-positions-2.pod")
        let own = ["TAPEFOLD_INSTANCE_ID": "a", "TAPEFOLD_KAFKA_GROUP_INSTANCE_ID": "b"]
        #expect(try configuration(own).kafka.properties["group.instance.id"] == "b")
        for wrong in ["a b", "a/b", "é", String(repeating: "x", count: 201)] {
            #expect(throws: EngineError.self) { try configuration(["TAPEFOLD_INSTANCE_ID": wrong]) }
        }
    }

    @Test func anEmptyVariableIsNotGiven() throws {
        for name in ["DATABASE_URL", "KAFKA_BROKERS"] {
            #expect { try configuration([name: ""]) } throws: { "\($0)".contains("\(name) is not set") }
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "tapefold-\(UUID().uuidString)")
        try "postgresql://filed@127.0.0.1:1/d\n".write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let named = try configuration(["DATABASE_URL": "", "DATABASE_URL_FILE": file.path])
        #expect("\(named.database)".hasPrefix("filed@"))
        #expect(try configuration(["TAPEFOLD_METRICS_PORT": "", "TAPEFOLD_INSTANCE_ID": ""]).metrics == nil)
    }

    @Test func metricsAreServedWhereAskedFor() throws {
        #expect(try configuration([:]).metrics == nil)
        let given = ["TAPEFOLD_METRICS_PORT": "9100", "TAPEFOLD_METRICS_HOST": "0.0.0.0"]
        #expect(try configuration(given).metrics == MetricsSettings(host: "0.0.0.0", port: 9_100))
        #expect(throws: EngineError.self) { try configuration(["TAPEFOLD_METRICS_PORT": "70000"]) }
    }
}
