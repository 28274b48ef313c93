import Domain
import Events
import Kafka
import Projections

/// The folds of a program, and how topology.json wires them. A program with views of its own adds them to `standard`
/// and hands the result to whatever it runs.
public struct ViewRegistry: Sendable {
    private let folds: [any ViewFold.Type]

    /// The views and reactors of this package.
    public static let standard = ViewRegistry([
        MarketFold.self,
        PositionsFold.self,
        OrdersFold.self,
        AnalyticsFold.self,
        KeyedFold<NotificationsView>.self,
        KeyedFold<PreferencesView>.self,
        CashFold.self,
        KeyedFold<WatchlistsView>.self,
        KeyedFold<InstrumentsView>.self,
        CombinedFold<CartView>.self,
        CombinedFold<AlertsView>.self,
        ReactorFold<RulesReactor>.self,
        ReactorFold<AlertsReactor>.self,
    ])

    private init(_ folds: [any ViewFold.Type]) { self.folds = folds }

    /// With one view more, or in place of the one of the same name.
    public func adding(_ fold: any ViewFold.Type) -> ViewRegistry {
        ViewRegistry(folds.filter { $0.schema.name != fold.schema.name } + [fold])
    }

    /// Whether a name's fold is the package's, which the package's processors serve.
    public func isOfPackage(_ name: String) -> Bool {
        guard let own = folds.first(where: { $0.schema.name == name }),
            let packaged = Self.standard.folds.first(where: { $0.schema.name == name })
        else { return false }
        return ObjectIdentifier(own) == ObjectIdentifier(packaged)
    }

    public var names: [String] { folds.map { $0.schema.name } }

    /// Whether a name is a reactor's: nothing to rebuild or to verify.
    public func isReactor(_ name: String) -> Bool { folds.contains { $0.schema.name == name && $0.schema.isReactor } }

    /// - Throws: `EngineError` naming the views that there are.
    public func fold(named name: String) throws(EngineError) -> any ViewFold.Type {
        guard let fold = folds.first(where: { $0.schema.name == name }) else {
            throw EngineError(.topology, "there is no view \(name); the views are \(names.joined(separator: ", "))")
        }
        return fold
    }

    /// A view's configuration; partitions and partitioners come from the topology.
    public func configuration(of name: String, in topology: Topology) throws(EngineError) -> ViewConfiguration {
        try Self.checkCalendar(MarketSettings.ofProcess)
        let fold = try fold(named: name)
        guard name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil else {
            throw EngineError(
                .topology,
                "view name \"\(name)\" can't name a schema of the database: use lower case, digits and underscores")
        }
        guard let view = topology.view(named: name) else {
            throw EngineError(
                .topology,
                "the topology in force does not say which topics view \(name) folds: add it to a topology.json that "
                    + "\(Topology.environmentVariable) names")
        }
        guard view.isReactor == fold.schema.isReactor else {
            throw EngineError(
                .topology,
                "the topology in force lists \(name) among its \(view.isReactor ? "reactors" : "views"): move it to "
                    + "\(view.isReactor ? "views" : "reactors"), as topology/topology.json has it")
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

    /// Folds that need the exchanges' calendar trap without one.
    static func checkCalendar(_ settings: Result<MarketSettings, CalendarError>) throws(EngineError) {
        guard case .failure(let error) = settings else { return }
        throw EngineError(.topology, "\(error.description); correct \(MarketSettings.calendarVariable)")
    }

    private func outputs(
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
