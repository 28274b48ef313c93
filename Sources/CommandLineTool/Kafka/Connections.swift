import Engine
import Events
import Foundation
import Kafka
import Postgres

/// What commands connect to, from the settings in force.
struct Connections {
    let settings: Settings
    let console: Console
    let views: ViewRegistry

    init(_ invocation: Invocation) {
        views = invocation.views
        settings = Settings(invocation)
        console = invocation.console
    }

    init(settings: Settings, console: Console, views: ViewRegistry = .standard) {
        self.views = views
        self.settings = settings
        self.console = console
    }

    func topology() throws -> Topology {
        try Topology.inForce(environment: settings.environment)
    }

    func kafka(clientId: String = "tapefold-cli") throws -> KafkaConfiguration {
        _ = try settings.requireKafka()
        var configuration = try KafkaConfiguration.fromEnvironment(
            settings.effectiveEnvironment, clientId: clientId)
        // A command ends or reports by itself; librdkafka's own lines would only stand between its.
        configuration.logSink = { _ in }
        return configuration
    }

    func admin() throws -> KafkaAdmin {
        try KafkaAdmin(configuration: try kafka())
    }

    func database(applicationName: String = "tapefold-cli") throws -> PostgresConnection {
        let url = try settings.requireDatabase()
        var configuration = try PostgresConfiguration(url: url.value)
        configuration.connectTimeoutMilliseconds = Int(CommandLineLimits.connectTimeoutMilliseconds)
        return try PostgresConnection.connect(configuration.withApplicationName(applicationName))
    }

    /// A database that knows what this program asks of it.
    func migratedDatabase() throws -> PostgresConnection {
        let connection = try database()
        let states = try MigrationRunner(Migrations.all).status(on: connection)
        guard !states.contains(where: { $0.state == .pending }) else {
            throw CommandFailure(
                "the database lacks migrations of this version",
                remedy: "Run `tapefold db migrate`, or start a processor of this version.")
        }
        return connection
    }

    /// The topic in Kafka, or why it cannot be used.
    func existingTopic(_ name: String, _ admin: KafkaAdmin) throws -> KafkaTopicDescription {
        let timeout = CommandLineLimits.connectTimeoutMilliseconds
        guard let topic = try admin.describeTopic(name, timeoutMilliseconds: timeout) else {
            throw CommandFailure(
                "there is no topic \(name) in Kafka at \(settings.kafkaBrokers?.value ?? "")",
                remedy: "Create the topics with `tapefold topics create`.")
        }
        return topic
    }
}
