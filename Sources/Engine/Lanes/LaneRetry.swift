/// What a lane does after a failure: decided from the failure and how many came before it, so that tests can ask for each.
package struct LaneRetry: Sendable, Equatable {
    package enum Step: Sendable, Equatable {
        /// Forget everything and claim the lane again while it is still ours.
        case claimAgain
        case claimAfter(milliseconds: Int)
        case end(LaneEnd)
    }

    private var wait = EngineLimits.retryMilliseconds

    package init() {}

    package mutating func after(_ failure: LaneFailure) -> Step {
        switch failure {
        case .fenced, .moved: return .claimAgain
        case .database, .reroute:
            defer { wait = min(wait * 2, EngineLimits.maximumRetryMilliseconds) }
            return .claimAfter(milliseconds: wait)
        case .parkingLotFull: return .claimAfter(milliseconds: EngineLimits.fullLotRetryMilliseconds)
        case .stored(let reason), .log(let reason): return .end(.failed(reason))
        case .fold(let failure): return .end(.failed(failure.reason))
        case .overruled: return .end(.failed(failure.reason))
        case .stopped: return .end(.stopped)
        }
    }

    package mutating func succeeded() { wait = EngineLimits.retryMilliseconds }
}
