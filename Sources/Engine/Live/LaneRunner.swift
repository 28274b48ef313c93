import Foundation
import Kafka
import Postgres
import Projections
import Synchronization

/// One lane's thread: takes batches from the lane's queue, folds and commits them, and gets over faults.
final class LaneRunner<Fold: ViewFold>: Sendable {
    enum Outcome: Sendable {
        case running
        case stopped
        /// Another worker owns the lane now.
        case lost(to: String)
        /// The checkpoint lies before what the queue will still give: consume again from it.
        case rewind
        /// Kafka does not give the lane's records: look at the log's bounds and consume again.
        case unreadable(String)
        case failed(String)
    }

    let lane: Int
    private let view: ViewConfiguration
    private let configuration: WorkerConfiguration
    private let queue: KafkaLaneQueue
    private let rerouter: any Rerouting
    private let counters: LaneCounters
    private let stop = StopSignal()
    private let state: Mutex<(outcome: Outcome, next: [String: Int64], isDone: Bool)>

    init(
        view: ViewConfiguration, configuration: WorkerConfiguration, claim: LaneClaim, queue: KafkaLaneQueue,
        rerouter: any Rerouting, counters: LaneCounters
    ) {
        lane = claim.lane
        self.view = view
        self.configuration = configuration
        self.queue = queue
        self.rerouter = rerouter
        self.counters = counters
        state = Mutex((.running, claim.next, false))
        let thread = Thread { [self] in
            var loop = LaneLoop<Fold>(self.view, configuration, queue, rerouter, counters, stop, report)
            let outcome = loop.run(claim)
            finish(outcome)
        }
        thread.name = "lane \(claim.lane)"
        thread.stackSize = 4 << 20
        thread.start()
    }

    var outcome: Outcome { state.withLock { $0.outcome } }
    /// By topic, the offset behind the last commit.
    var next: [String: Int64] { state.withLock { $0.next } }
    var isDone: Bool { state.withLock { $0.isDone } }

    private func report(_ next: [String: Int64]) { state.withLock { $0.next = next } }

    private func finish(_ outcome: Outcome) {
        state.withLock {
            $0.outcome = outcome
            $0.isDone = true
        }
    }

    /// Asks the lane to finish its batch and end.
    func requestStop() {
        stop.set()
        queue.wake()
    }

    /// Waits until the thread is done with the lane.
    /// - Returns: false when the time was up first.
    func join(timeoutMilliseconds: Int) -> Bool {
        var left = timeoutMilliseconds
        while !isDone, left > 0 {
            usleep(2_000)
            left -= 2
        }
        return isDone
    }
}
