extension LaneKeeper {
    /// The lanes that are to stand still, and no others.
    package func pause(_ lanes: Set<Int>, now: Int) {
        guard lanes != ownership.paused else { return }
        Log.info("paused", ["view": view.name, "lanes": "\(lanes.sorted())"])
        send(.pauses(lanes), now)
    }

    /// Owned lanes as the metrics show them.
    var laneStates: [Int: WorkerState.LaneState] {
        ownership.lanes.mapValues { phase in
            switch phase {
            case .wanted: .waiting
            case .running: .running
            case .paused: .paused
            case .unreachable, .failed: .stopped
            }
        }
    }
}
