import Foundation
import Projections
import Synchronization

/// A lane that folds beside its worker.
package protocol RunningLane: AnyObject {
    /// Why it is done; nil while it runs.
    var end: LaneEnd? { get }
    /// By topic, the offset behind the last commit whose effects are out; none before the lane was looked at.
    var next: [String: Int64] { get }
    /// Asks the lane to finish its batch and end.
    func requestStop()
    /// Waits until the lane is let go of; false when the time was up first.
    func join(timeoutMilliseconds: Int) -> Bool
}

/// One lane's thread.
final class LaneRunner<Fold: ViewFold>: RunningLane, Sendable {
    private let log: any LaneLog
    private let stop = StopSignal()
    private let state: Mutex<(end: LaneEnd?, next: [String: Int64])>

    init(
        _ view: ViewConfiguration, owner: String, claim: LaneClaim, log: any LaneLog, database: any LaneDatabase,
        producer: any LogProducer, copier: (any ParkedCopying)?, counters: LaneCounters
    ) {
        self.log = log
        state = Mutex((nil, [:]))
        let thread = Thread { [self] in
            let loop = LaneLoop<Fold>(
                view, owner: owner, claim: claim, log: log, database: database, producer: producer,
                copier: copier, counters: counters, stop: stop
            ) { next in self.state.withLock { $0.next = next } }
            finish(run(loop))
        }
        thread.name = "lane \(claim.lane)"
        thread.stackSize = 4 << 20
        thread.start()
    }

    private func run(_ loop: LaneLoop<Fold>) -> LaneEnd {
        while true {
            switch loop.advance() {
            case .goOn: continue
            case .pause(let milliseconds): stop.pause(milliseconds: milliseconds)
            case .end(let end): return end
            }
        }
    }

    private func finish(_ end: LaneEnd) { state.withLock { $0.end = end } }

    var end: LaneEnd? { state.withLock { $0.end } }
    var next: [String: Int64] { state.withLock { $0.next } }

    func requestStop() {
        stop.set()
        log.wake()
    }

    func join(timeoutMilliseconds: Int) -> Bool {
        var left = timeoutMilliseconds
        while end == nil, left > 0 {
            usleep(2_000)
            left -= 2
        }
        return end != nil
    }
}
