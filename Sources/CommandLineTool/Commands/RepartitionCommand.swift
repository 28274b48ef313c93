import Engine
import Events
import Foundation
import Kafka

/// `tapefold topics repartition`.
enum RepartitionCommand {
    static let command = Command(
        "topics repartition", "Give the topics of a view more partitions, with their history.",
        discussion: """
            All topics that share views grow together, to a multiple of what their views were built from. Events of keys \
            that move are produced again in their new partitions; the originals stay and are ignored from then on. Stop \
            the producers first, and stop or pause the views' workers. Interrupted, the same command goes on. Afterwards \
            name the new topology (--topology-out) in TAPEFOLD_TOPOLOGY for everything, `tapefold replay` each view, and \
            start workers and producers again.
            """,
        positionals: PositionalDefinition("NAME", "A view or a topic; those related to it are named."),
        options: [
            OptionDefinition("partitions", .integer("N", 2...1_024), "How many each topic gets."),
            OptionDefinition("topology-out", .text("FILE"), "Write the topology with the new counts there."),
            .flag("accept-order", "Go on though producers wrote to new partitions before their history was there."),
            .flag("dry-run", "Only say what would be done."), .dataDirectory, .json,
        ],
        examples: ["tapefold topics repartition positions --partitions 8 --topology-out topology.json"], run: run)

    private struct Result: Encodable {
        var topics: [String]
        var views: [String]
        var from: Int
        var to: Int
        var moved: [String: Int]?
        var rerouted: Int?
        var topology: String?
    }

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        guard let count = invocation.arguments.integer("partitions") else {
            throw UsageError("--partitions N is missing: how many partitions each topic gets")
        }
        let connections = Connections(invocation)
        let plan = try plan(invocation.arguments.positionals[0], to: count, connections)
        var result = Result(
            topics: plan.topics.map(\.name), views: plan.views, from: plan.old, to: plan.new)
        guard !invocation.arguments.flag("dry-run") else {
            try report(result, invocation)
            return .done
        }
        if let path = invocation.arguments.text("topology-out") {
            try write(plan, to: path, connections)
            result.topology = path
        }
        do {
            let summary = try repartition(plan, invocation, connections)
            result.moved = summary.moved
            result.rerouted = summary.rerouted
            try report(result, invocation)
            return .done
        } catch let error as EngineError {
            guard error.code == .interrupted else { throw error }
            invocation.console.note("interrupted; the same command goes on where it stopped")
            return .interrupted
        }
    }

    private static func plan(_ name: String, to count: Int, _ connections: Connections) throws -> RepartitionPlan {
        let catalog = BuildCatalog(try connections.migratedDatabase())
        var built: [String: Int] = [:]
        for view in connections.views.names { built[view] = try catalog.liveBuild(of: view)?.lanes }
        let topics = try connections.admin().listTopics(
            timeoutMilliseconds: CommandLineLimits.connectTimeoutMilliseconds)
        return try RepartitionPlan.make(
            name, to: count, topology: connections.topology(), built: built,
            present: Dictionary(topics.map { ($0.name, $0.partitionCount) }) { first, _ in first })
    }

    private static func repartition(
        _ plan: RepartitionPlan, _ invocation: Invocation, _ connections: Connections
    ) throws -> Repartition.Summary {
        let stop = StopSignal()
        StopSignal.catchSignals()
        let console = invocation.console
        return try Repartition(
            plan, try connections.topology(), connections.views,
            .init(acceptsOrder: invocation.arguments.flag("accept-order")),
            connection: try connections.migratedDatabase(), admin: try connections.admin(),
            kafka: try connections.kafka(), stop: stop
        ) { console.note($0) }.run()
    }

    /// The topology in force with the plan's counts.
    private static func write(_ plan: RepartitionPlan, to path: String, _ connections: Connections) throws {
        let names = Set(plan.topics.map(\.name))
        let text = try Topology.text(environment: connections.settings.environment) {
            names.contains($0) ? plan.new : nil
        }
        guard FileManager.default.createFile(atPath: path, contents: text) else {
            throw CommandFailure("cannot write \(path)", remedy: "Check the folder's permissions and free space.")
        }
    }

    private static func report(_ result: Result, _ invocation: Invocation) throws {
        let console = invocation.console
        if invocation.wantsJSON { return try console.json(result) }
        let topics = result.topics.joined(separator: ", ")
        guard let moved = result.moved else {
            return console.line("would grow \(topics) from \(result.from) to \(result.to) partitions, and move events")
        }
        for (topic, count) in moved.sorted(by: { $0.key < $1.key }) { console.line("\(topic): \(count) events moved") }
        if let rerouted = result.rerouted, rerouted > 0 { console.line("\(rerouted) misplaced records put right") }
        let file = result.topology ?? "a topology with \(result.to) partitions for \(topics)"
        console.line("Next: TAPEFOLD_TOPOLOGY=\(file) for everything, then:")
        // Reactors take their new lanes when they start.
        for view in result.views where !invocation.views.isReactor(view) { console.line("  tapefold replay \(view)") }
        console.line("Then start workers and producers with it, and `tapefold resume` what was paused.")
    }
}
