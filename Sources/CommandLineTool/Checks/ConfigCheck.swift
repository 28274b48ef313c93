import Engine
import Events
import Kafka
import Postgres
import ReadAPI

/// Everything that `config check` looks at, with what is in force.
struct ConfigCheck {
    let connections: Connections

    func run() -> [PromiseCheck] {
        [
            .attempt("topology") { "\(try connections.topology().topics.count) topics" },
            .attempt("token secret") { try secret() },
        ] + PromiseCheck.attempts("Kafka") { try kafka() } + PromiseCheck.attempts("database") { try database() }
            + [.attempt("migrations") { try migrations() }]
    }

    private func secret() throws -> String {
        _ = try TokenSecret.load(environment: connections.settings.effectiveEnvironment)
        return "long enough"
    }

    private func kafka() throws -> [PromiseCheck] {
        let topology = try connections.topology()
        let facts = try ClusterFacts.read(topology.creations.map(\.name), try connections.admin())
        let reachable = PromiseCheck("Kafka", .ok, "reachable, \(facts.brokers.count) brokers")
        return [reachable] + KafkaPromises(topology: topology, facts: facts).checks()
    }

    private func database() throws -> [PromiseCheck] {
        try DatabasePromises.read(try connections.database(), try connections.topology()).checks()
    }

    private func migrations() throws -> String {
        let states = try MigrationRunner(Migrations.all).status(on: try connections.database())
        let pending = states.filter { $0.state == .pending }
        guard pending.isEmpty else {
            throw CommandFailure("\(pending.count) are not applied", remedy: "Run `tapefold db migrate`.")
        }
        return "\(states.count) applied"
    }
}
