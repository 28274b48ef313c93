import Events
import Projections

/// A view as a worker serves it: its definition, where its events come from, and what happens to bad ones.
public struct ViewConfiguration: Sendable {
    public let definition: ViewSchema
    public let inputs: [ViewInput]
    /// Partitions of every input topic.
    public let lanes: Int
    public let policy: ParkingPolicy
    /// Topics that the fold's effects go to; effects for others are left out.
    public let outputs: [ViewOutput]

    public var name: String { definition.name }
    public var topics: [String] { inputs.map(\.topic) }
    /// `tapefold.<view>.v<fold>`.
    public var groupId: String { "tapefold.\(name).v\(definition.foldNumber)" }

    public init(
        definition: ViewSchema, inputs: [ViewInput], lanes: Int, policy: ParkingPolicy, outputs: [ViewOutput] = []
    ) {
        self.definition = definition
        self.inputs = inputs
        self.lanes = lanes
        self.policy = policy
        self.outputs = outputs
    }
}
