import Postgres
import Projections

/// Why a lane's batch did not go through.
package enum LaneFailure: Error {
    /// The database refused or was lost; whether a COMMIT passed may be unknown.
    case database(PostgresError)
    /// Another worker, or a swap of builds, raised the lane's epoch.
    case fenced
    /// The checkpoint is not where this worker left it.
    case moved
    /// A stored row is not what its fold wrote.
    case stored(String)
    /// An event among several can't be folded.
    case fold(FoldFailure)
    /// The parking lot's limit.
    case parkingLotFull(String)
    /// A misplaced record could not be produced again.
    case reroute(String)
    /// The log does not give the records asked for.
    case log(String)
    /// An operator dropped an event that a build which is not live has folded.
    case overruled(EventPlace)
    case stopped

    /// What is wrong with one of the events, where that is the cause.
    package var eventFailure: FoldFailure? {
        switch self {
        case .fold(let failure): failure
        case .database(let error) where error.isDataError:
            FoldFailure(code: "sqlstate_\(error.sqlState ?? "")", reason: error.description)
        default: nil
        }
    }

    /// What happened, for a log line.
    package var reason: String {
        switch self {
        case .database(let error): error.description
        case .fenced: "fenced: another worker or a swap of builds has the lane"
        case .moved: "the checkpoint is not where this worker left it"
        case .fold(let failure): failure.reason
        case .stored(let reason), .parkingLotFull(let reason), .reroute(let reason), .log(let reason): reason
        case .overruled(let place): "\(place) was dropped after this build had folded it"
        case .stopped: "stopped"
        }
    }

    var isOfDatabase: Bool {
        if case .database = self { true } else { false }
    }

    static let fencedState = "TF001"
    static let movedState = "TF002"

    static func from(_ error: PostgresError) -> LaneFailure {
        switch error.sqlState {
        case fencedState: .fenced
        case movedState: .moved
        default: .database(error)
        }
    }
}
