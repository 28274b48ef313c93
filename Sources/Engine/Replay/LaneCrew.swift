import Foundation
import Synchronization

/// Runs the same piece of work on every lane at once, a thread a lane.
enum LaneCrew {
    /// Returns when all are done; calls `watch` now and then meanwhile, on the caller's thread.
    /// - Throws: the first failure; the other lanes are then asked to stop by `halt`.
    static func run<Lane: Sendable>(
        _ lanes: [Lane], halt: StopSignal, watch: () -> Void,
        _ work: @escaping @Sendable (Lane) throws(LaneFailure) -> Void
    ) throws(LaneFailure) {
        let state = Mutex<(left: Int, failure: LaneFailure?)>((lanes.count, nil))
        let shared = CrewState(state)
        for lane in lanes {
            let thread = Thread {
                do throws(LaneFailure) { try work(lane) } catch {
                    shared.fail(error)
                    halt.set()
                }
                shared.finish()
            }
            thread.stackSize = 4 << 20
            thread.start()
        }
        while shared.left > 0 {
            watch()
            usleep(5_000)
        }
        if let failure = shared.failure { throw failure }
    }
}

/// What a crew's threads share.
private final class CrewState: Sendable {
    private let state: Mutex<(left: Int, failure: LaneFailure?)>

    init(_ state: consuming Mutex<(left: Int, failure: LaneFailure?)>) { self.state = state }

    var left: Int { state.withLock { $0.left } }
    var failure: LaneFailure? { state.withLock { $0.failure } }

    func finish() { state.withLock { $0.left -= 1 } }

    func fail(_ failure: LaneFailure) {
        state.withLock { if $0.failure == nil { $0.failure = failure } }
    }
}
