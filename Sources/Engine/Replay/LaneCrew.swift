import Foundation
import Synchronization

/// Runs the same piece of work on every lane, a thread a lane, or on fewer at once.
enum LaneCrew {
    /// Returns when all are done; calls `watch` now and then meanwhile, on the caller's thread.
    ///
    /// - Parameters:
    ///   - atOnce: so many threads take the lanes one after the other, in their order; at least 1.
    ///   - halt: when it is set, lanes that have not begun are left out.
    /// - Throws: the first failure; the other lanes are then asked to stop by `halt`.
    static func run<Lane: Sendable>(
        _ lanes: [Lane], atOnce: Int = .max, halt: StopSignal, watch: () -> Void,
        _ work: @escaping @Sendable (Lane) throws(LaneFailure) -> Void
    ) throws(LaneFailure) {
        let threads = min(lanes.count, atOnce)
        let shared = CrewState(threads: threads)
        for _ in 0..<threads {
            let thread = Thread {
                do throws(LaneFailure) {
                    while !halt.isSet, let next = shared.takeNext(of: lanes.count) { try work(lanes[next]) }
                } catch {
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
    private let state: Mutex<(next: Int, left: Int, failure: LaneFailure?)>

    init(threads: Int) { state = Mutex((0, threads, nil)) }

    /// The first piece of work that nobody has taken, nil when all are.
    func takeNext(of count: Int) -> Int? {
        state.withLock { state in
            guard state.next < count else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    var left: Int { state.withLock { $0.left } }
    var failure: LaneFailure? { state.withLock { $0.failure } }

    func finish() { state.withLock { $0.left -= 1 } }

    func fail(_ failure: LaneFailure) {
        state.withLock { if $0.failure == nil { $0.failure = failure } }
    }
}
