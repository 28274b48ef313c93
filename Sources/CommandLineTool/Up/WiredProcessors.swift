import Engine
import Events

/// Which processors a topology has work for. One of one's own may leave a whole processor out; one that wires a part of
/// its views is of another version than the programs, and views that nobody folds would stand still without a word.
struct WiredProcessors {
    var processors: [Processor] = []
    /// None of their views is wired.
    var leftOut: [String] = []

    init(_ all: [Processor], in topology: Topology) throws(CommandFailure) {
        for processor in all {
            let missing = processor.views.filter { topology.view(named: $0) == nil }
            if missing.isEmpty {
                processors.append(processor)
            } else if missing.count == processor.views.count {
                leftOut.append(processor.name)
            } else {
                throw CommandFailure(
                    "the topology in force does not say which topics \(missing.joined(separator: ", ")) folds, which "
                        + "\(processor.name) serves",
                    remedy: "Add it as topology/topology.json has it.")
            }
        }
    }
}
