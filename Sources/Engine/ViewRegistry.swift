import Events
import Kafka
import Projections

/// The folds that this program was compiled with, and how topology.json wires them.
public enum ViewRegistry {
    public static let folds: [any ViewFold.Type] = [MarketFold.self, PositionsFold.self, OrdersFold.self]

    public static var names: [String] { folds.map { $0.schema.name } }

    public static func fold(named name: String) -> (any ViewFold.Type)? { folds.first { $0.schema.name == name } }

    /// A view's configuration; partitions and partitioners come from the topology.
    public static func configuration(of name: String, in topology: Topology) throws(EngineError) -> ViewConfiguration {
        guard let fold = fold(named: name), let view = topology.view(named: name) else {
            throw EngineError(.topology, "there is no view \(name); the views are \(names.joined(separator: ", "))")
        }
        var inputs: [ViewInput] = []
        for topic in topology.inputs(of: view) {
            guard let kind = topic.kind else {
                throw EngineError(.topology, "view \(name): this version cannot decode topic \(topic.name)")
            }
            inputs.append(
                ViewInput(
                    topic: topic.name, kind: kind, partitioner: topic.partitioner == .murmur2 ? .murmur2 : .crc32,
                    isHome: topology.homeView(of: topic.index)?.name == name, isComplete: topic.history == .complete))
        }
        return ViewConfiguration(
            definition: fold.schema, inputs: inputs, lanes: view.partitions,
            policy: ParkingPolicy(rawValue: view.policy.rawValue) ?? .park, outputs: try outputs(of: view, in: topology)
        )
    }

    private static func outputs(
        of view: ViewDefinition, in topology: Topology
    ) throws(EngineError) -> [ViewOutput] {
        var outputs: [ViewOutput] = []
        for index in view.outputs {
            let topic = topology[index]
            guard let kind = topic.kind else {
                throw EngineError(.topology, "view \(view.name): this version cannot write topic \(topic.name)")
            }
            outputs.append(
                ViewOutput(
                    topic: topic.name, kind: kind, partitioner: topic.partitioner == .murmur2 ? .murmur2 : .crc32,
                    partitions: topic.partitions))
        }
        return outputs
    }
}
