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
    /// What of the log the build in hand leaves out; nothing when live.
    var cut: LogCut?

    public var name: String { definition.name }
    /// It decides once, live: it has no rebuild.
    public var isReactor: Bool { definition.isReactor }
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

    /// What happens to an event of an input that can't be folded. One without an identity is never parked: the next of its
    /// kind makes it good, and nobody would retry it.
    func policy(ofInput input: Int) -> ParkingPolicy {
        policy == .park && inputs[input].kind.identity == .none ? .skip : policy
    }

    /// - Throws: `EngineError` for a reactor, with what to do instead of a rebuild.
    func requireRebuildable() throws(EngineError) {
        guard isReactor else { return }
        throw EngineError(
            .build,
            "\(name) is a reactor: what it decided is events, and deciding anew would tell users of it again. Its state is "
                + "kept by its processor, and `tapefold replay \(name)` carries it over to another fold number; rebuild the "
                + "views that fold its decisions instead")
    }
}
