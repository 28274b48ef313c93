import Kafka
import Synchronization
import Telemetry

/// What a worker's main thread lets others see of it: the metrics endpoint answers on threads of its own.
final class WorkerState: Sendable {
    enum LaneState: String, Sendable, CaseIterable {
        case waiting
        case running
        case paused
        /// Stands still for a reason that the log names.
        case stopped
    }

    struct Snapshot: Sendable {
        /// Owned lanes.
        var lanes: [Int: LaneState] = [:]
        /// What the worker waits for before it can fold at all; nil once it has its lanes.
        var waitsFor: String? = "has not started"
        /// Why nothing of what the group gave is folded.
        var refusal: String?
        var statistics: KafkaStatistics?
        var watched = WatchedFigures()
    }

    let rebalances = Counter()
    private let snapshot = Mutex(Snapshot())

    var current: Snapshot { snapshot.withLock { $0 } }

    func update(_ change: (inout Snapshot) -> Void) { snapshot.withLock { change(&$0) } }

    /// Ready means: the lanes that the group gave fold, or stand still because an operator wants them to. A lane that
    /// stopped shows here, so that a roll-out halts; it does not show in liveness, for a restart would not mend it.
    var unreadiness: String? {
        let now = current
        if let reason = now.waitsFor ?? now.refusal { return reason }
        let stopped = now.lanes.filter { $0.value == .stopped }.keys.sorted()
        return stopped.isEmpty ? nil : "lanes \(stopped) stopped; the log says why"
    }
}
