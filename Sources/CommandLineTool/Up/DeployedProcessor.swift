import Engine
import Events

/// A child of `up` that folds views: a processor of the package, or this very program for a view that only it can fold.
struct DeployedProcessor {
    let name: String
    let views: [String]
    let executable: String
    let arguments: [String]

    /// - Parameter tell: hears of each processor that the topology leaves out.
    /// - Throws: naming a program that is missing, or one of whose views the topology wires a part only.
    static func all(
        of views: ViewRegistry, in topology: Topology, environment: [String: String], tell: (String) -> Void
    ) throws(CommandFailure) -> [DeployedProcessor] {
        let needed = Processor.needed(for: views)
        let wired = try WiredProcessors(needed.packaged, in: topology)
        for name in wired.leftOut { tell("\(name) is left out: the topology in force wires none of its views") }
        var all: [DeployedProcessor] = []
        for processor in wired.processors {
            all.append(
                DeployedProcessor(
                    name: processor.name, views: processor.views,
                    executable: try Programs.path(processor.name, environment: environment), arguments: []))
        }
        for view in needed.own where topology.view(named: view) != nil {
            all.append(
                DeployedProcessor(
                    name: "\(view)-processor", views: [view], executable: Programs.own, arguments: ["process", view]))
        }
        return all
    }
}
