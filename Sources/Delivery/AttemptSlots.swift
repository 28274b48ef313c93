import Dispatch
import Foundation
import Synchronization

/// The attempts under way, a thread each, so that none waits for another: one receiver that hangs holds its own slot only.
///
/// One thread begins attempts and takes their outcomes; what nobody has written down yet stays, through any error.
final class AttemptSlots: Sendable {
    struct Ended: Sendable {
        let number: Int
        let item: DeliveryStore.Claimed
        let outcome: DeliveryDesk.Outcome
    }

    private struct State {
        var next = 0
        /// By number: whom an attempt that has a slot is for.
        var users: [Int: String] = [:]
        var ended: [Ended] = []
    }

    private let count: Int
    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)

    init(count: Int = DeliveryLimits.slots) { self.count = count }

    var free: Int { state.withLock { count - $0.users.count } }

    /// A name for each slot in use.
    var users: [String] { state.withLock { Array($0.users.values) } }

    /// Makes an attempt on a thread of its own: a pool of threads would let it wait, and its lease run.
    func begin(_ item: DeliveryStore.Claimed, _ attempt: @escaping @Sendable () -> DeliveryDesk.Outcome) {
        let number = state.withLock { state in
            state.next += 1
            state.users[state.next] = item.due.notification.userId
            return state.next
        }
        Thread.detachNewThread { [self] in
            let outcome = attempt()
            state.withLock { $0.ended.append(Ended(number: number, item: item, outcome: outcome)) }
            bell.signal()
        }
    }

    /// Those whose outcome is to be written down, in the order in which they ended.
    var ended: [Ended] { state.withLock { $0.ended } }

    /// Its outcome is written down: the slot is free.
    func release(_ ended: Ended) {
        state.withLock { state in
            state.users[ended.number] = nil
            state.ended.removeAll { $0.number == ended.number }
        }
    }

    /// Returns when an attempt ends, or has since the last call, or after the time.
    func waitForEnd(milliseconds: Int) {
        guard bell.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { return }
        // One look deals with all that rang.
        while bell.wait(timeout: .now()) == .success {}
    }
}
