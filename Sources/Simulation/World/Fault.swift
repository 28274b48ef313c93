/// What goes wrong in a run.
package enum Fault: String, CaseIterable, Sendable {
    // Of the log's contents.
    case misplacedKey, duplicateDelivery, poisonEvent, brokenRecord
    // At a call of the engine's.
    case otherStepsBetween, lostConnection, deadlock, serializationFailure
    case lostAnswerOfPassedCommit, lostAnswerOfFailedCommit, zombieCommit
    case unacknowledgedReroute, failedReroute, redelivery, unreadablePartition, unreachableBroker
    // Between two steps.
    case crash, restart, slowConsumer, rebalance, databaseRestart, databaseSetBack, rollback, pause
    case operatorRequest, mended
    case replayBegun, replayKilled, replayCancelled

    /// Of what producers put into the log.
    var isOfLog: Bool {
        switch self {
        case .misplacedKey, .duplicateDelivery, .poisonEvent, .brokenRecord: true
        default: false
        }
    }

    /// How often one comes at a place where it may, in ten thousand.
    var rate: Int {
        switch self {
        case .misplacedKey: 600
        case .duplicateDelivery: 600
        case .poisonEvent: 100
        case .brokenRecord: 100
        case .otherStepsBetween: 500
        case .lostConnection, .deadlock: 80
        // One of a batch that changes rows, not of an empty one, is what a half-done transaction shows in.
        case .serializationFailure: 300
        case .lostAnswerOfPassedCommit, .lostAnswerOfFailedCommit, .zombieCommit: 200
        case .unacknowledgedReroute, .failedReroute: 1_000
        case .redelivery: 500
        case .unreadablePartition: 50
        case .unreachableBroker: 100
        case .crash, .slowConsumer, .rebalance: 150
        case .restart, .databaseRestart, .pause: 100
        case .rollback: 300
        case .databaseSetBack: 400
        case .operatorRequest: 1_500
        case .mended: 100
        case .replayBegun: 1_000
        case .replayKilled, .replayCancelled: 200
        }
    }

    /// Those that strike between two steps.
    static let ofWorld: [Fault] = [
        .crash, .restart, .slowConsumer, .rebalance, .databaseRestart, .databaseSetBack, .rollback, .pause,
        .operatorRequest, .mended, .replayBegun, .replayKilled, .replayCancelled,
    ]
}

/// A safeguard taken away, to show that the checks behind a run would notice.
package enum Mutation: String, CaseIterable, Sendable {
    case noEpochCheck
    case noOffsetCheck
    case assignWithoutCheckpoint
    case cachesKeptAfterFence
    case parkedKeysForgotten
    case rowsWithoutCheckpoint
    case rerouteNotAcknowledged
    case effectMarkIgnored
    case dropWithoutDecision
    case retriedStaysParked
    case swapWithoutFence
    case swapWithoutTail
}
