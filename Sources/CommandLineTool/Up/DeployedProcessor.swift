import Engine
import Events

/// A child of `up` that folds views: a processor of the package, or this very program for a view that only it can fold.
struct DeployedProcessor {
    let name: String
    let views: [String]
    let executable: String
    let arguments: [String]

    /// - Throws: naming a program that is missing.
    static func all(
        of views: ViewRegistry, in topology: Topology, environment: [String: String]
    ) throws(CommandFailure) -> [DeployedProcessor] {
        let needed = Processor.needed(for: views, in: topology)
        var all: [DeployedProcessor] = []
        for processor in needed.packaged {
            all.append(
                DeployedProcessor(
                    name: processor.name, views: processor.views,
                    executable: try Programs.path(processor.name, environment: environment), arguments: []))
        }
        for view in needed.own {
            all.append(
                DeployedProcessor(
                    name: "\(view)-processor", views: [view], executable: Programs.own, arguments: ["process", view]))
        }
        return all
    }
}
