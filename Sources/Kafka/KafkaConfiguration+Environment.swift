import Foundation

extension KafkaConfiguration {
    static let environmentPrefix = "TAPEFOLD_KAFKA_"

    /// Reads `KAFKA_BROKERS` and `TAPEFOLD_KAFKA_<PROPERTY>` (upper case, `_` for `.`:
    /// `TAPEFOLD_KAFKA_SASL_PASSWORD` is `sasl.password`). With `_FILE` appended the value is the
    /// content of the named file, without the line end. Variables that are empty count as absent.
    ///
    /// - Throws: when a named file cannot be read.
    public static func fromEnvironment(
        _ environment: [String: String] = ProcessInfo.processInfo.environment, clientId: String,
        defaultBrokers: String = "127.0.0.1:9092"
    ) throws(KafkaError) -> KafkaConfiguration {
        var properties: [String: String] = [:]
        for (variable, value) in environment where variable.hasPrefix(environmentPrefix) && !value.isEmpty {
            var name = String(variable.dropFirst(environmentPrefix.count))
            var content = value
            if name.hasSuffix("_FILE") {
                name = String(name.dropLast("_FILE".count))
                content = try fileContent(value, namedBy: variable)
            }
            properties[name.lowercased().replacing("_", with: ".")] = content
        }
        let brokers = environment["KAFKA_BROKERS"].flatMap { $0.isEmpty ? nil : $0 } ?? defaultBrokers
        return KafkaConfiguration(brokers: brokers, clientId: clientId, properties: properties)
    }

    private static func fileContent(_ path: String, namedBy variable: String) throws(KafkaError) -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
                .trimmingCharacters(in: .newlines)
        } catch {
            throw KafkaError(
                code: .invalidArgument,
                message: "\(variable) names \(path), which cannot be read: \(error.localizedDescription)")
        }
    }
}
