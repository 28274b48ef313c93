import CLibrdkafka
import Foundation
import Testing

@testable import Kafka

@Suite struct ConfigurationTests {
    @Test func environmentBecomesProperties() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "kafka-secret-\(UUID().uuidString)")
        try Data("s3cret\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let configuration = try KafkaConfiguration.fromEnvironment(
            [
                "KAFKA_BROKERS": "a:1,b:2", "TAPEFOLD_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
                "TAPEFOLD_KAFKA_SASL_PASSWORD_FILE": file.path, "TAPEFOLD_KAFKA_SSL_CA_LOCATION": "",
                "TAPEFOLD_LOG_LEVEL": "debug",
            ], clientId: "c")
        #expect(configuration.brokers == "a:1,b:2")
        #expect(configuration.properties == ["security.protocol": "SASL_SSL", "sasl.password": "s3cret"])
        let shown = configuration.effectiveProperties(for: .consumer)
        #expect(shown.contains { $0.name == "sasl.password" && $0.value == "***" })
        #expect(shown.contains { $0.name == "security.protocol" && $0.value == "SASL_SSL" })
        #expect(try KafkaConfiguration.fromEnvironment([:], clientId: "c").brokers == "127.0.0.1:9092")
    }

    @Test func aMissingSecretFileIsNamed() {
        let error = #expect(throws: KafkaError.self) {
            try KafkaConfiguration.fromEnvironment(
                ["TAPEFOLD_KAFKA_SASL_PASSWORD_FILE": "/nonexistent/secret"], clientId: "c")
        }
        #expect(error?.message.contains("TAPEFOLD_KAFKA_SASL_PASSWORD_FILE") == true)
        #expect(error?.message.contains("/nonexistent/secret") == true)
    }

    @Test(arguments: [
        ("no.such.property", "1", "TAPEFOLD_KAFKA_NO_SUCH_PROPERTY"),
        ("session.timeout.ms", "soon", "TAPEFOLD_KAFKA_SESSION_TIMEOUT_MS"),
        ("enable.auto.commit", "true", "TAPEFOLD_KAFKA_ENABLE_AUTO_COMMIT"),
        ("partition.assignment.strategy", "cooperative-sticky", "exactly-once"),
        ("auto.commit.enable", "true", "exactly-once"),
        ("bootstrap.servers", "elsewhere:9092", "set KAFKA_BROKERS instead"),
        ("metadata.broker.list", "elsewhere:9092", "set KAFKA_BROKERS instead"),
        ("group.id", "mine", "named after its view"),
        ("session.timeout.ms", "999999999", "session.timeout.ms"),
    ])
    func badPropertiesAreNamed(_ name: String, _ value: String, _ hint: String) {
        let error = #expect(throws: KafkaError.self) {
            try KafkaConsumer(configuration: quiet("127.0.0.1:1", [name: value]), groupId: "g")
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains(hint) == true, "\(error?.message ?? "")")
    }

    @Test func overridesWinOverDefaults() throws {
        let configuration = quiet("h:1", ["linger.ms": "0", "enable.idempotence": "true"])
        let shown = Dictionary(
            uniqueKeysWithValues: configuration.effectiveProperties(for: .producer).map { ($0.name, $0.value) })
        #expect(shown["linger.ms"] == "0" && shown["compression.type"] == "lz4")
        _ = try KafkaProducer(configuration: configuration)
    }

    /// Brokers' quotas go by it.
    @Test func aClientIdMayBeGiven() {
        let shown = quiet("h:1", ["client.id": "desk-7"]).effectiveProperties(for: .consumer)
        #expect(shown.contains { $0.name == "client.id" && $0.value == "desk-7" })
    }

    /// librdkafka takes whichever name was set last, and ours come in no order.
    @Test func overridesWinByWhicheverName() throws {
        var configuration = quiet("h:1", ["compression.codec": "none", "delivery.timeout.ms": "1000"])
        configuration.properties.merge(["message.timeout.ms": "2000"]) { own, _ in own }
        let shown = configuration.effectiveProperties(for: .producer).map { "\($0.name)=\($0.value)" }
        #expect(shown.contains("compression.type=none") && shown.contains("message.timeout.ms=1000"))
        #expect(!shown.contains { $0.hasPrefix("compression.codec") || $0.hasPrefix("delivery.timeout.ms") })
        configuration.properties["queue.buffering.max.ms"] = "7"
        #expect(configuration.properties["linger.ms"] == "7")
        _ = try KafkaProducer(configuration: configuration)
    }

    @Test func onePropertyOfTwoValuesIsRefused() {
        let configuration = quiet("h:1", ["linger.ms": "1", "queue.buffering.max.ms": "2"])
        let error = #expect(throws: KafkaError.self) { try KafkaProducer(configuration: configuration) }
        #expect(error?.message.contains("TAPEFOLD_KAFKA_QUEUE_BUFFERING_MAX_MS") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("TAPEFOLD_KAFKA_LINGER_MS") == true)
    }

    /// The list is librdkafka's own: a newer one may have more.
    @Test func everySecondNameOfLibrdkafkaIsKnown() throws {
        let pairs = try secondNames()
        #expect(pairs.count >= 10)
        for (alias, name) in pairs {
            let isKnown =
                KafkaConfiguration.otherNames[alias] == name || KafkaConfiguration.otherNames[name] == alias
            #expect(isKnown, "\(alias) is \(name)")
        }
    }

    private func secondNames() throws -> [(alias: String, name: String)] {
        var text: UnsafeMutablePointer<CChar>?
        var count = 0
        let stream = try #require(open_memstream(&text, &count))
        rd_kafka_conf_properties_show(stream)
        fclose(stream)
        defer { free(text) }
        let lines = String(cString: try #require(text)).split(separator: "\n")
        return lines.compactMap { line in
            guard let alias = line.prefixMatch(of: /([a-z.]+)/), let name = line.firstMatch(of: /Alias for `([a-z.]+)`/)
            else { return nil }
            return (String(alias.1), String(name.1))
        }
    }
}
