/// Why a lane's thread is done with it.
package enum LaneEnd: Sendable, Equatable {
    case stopped
    /// Another worker owns the lane now.
    case lost(to: String)
    /// The checkpoint lies before what the queue will still give: consume again from it.
    case rewind
    /// Kafka does not give the lane's records: look at the log's bounds and consume again.
    case unreadable(String)
    case failed(String)
}

/// What a lane's thread does after a step.
package enum LaneStep: Sendable, Equatable {
    case goOn
    /// Before the next step, but not beyond a stop.
    case pause(milliseconds: Int)
    case end(LaneEnd)
}
