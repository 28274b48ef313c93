import Glibc
import Synchronization

/// SIGINT and SIGTERM as something a command can look at between two steps of its work.
///
/// Until `install`, both end the process as usual. After it, the first asks and the second ends the process at once.
public final class Interruption: Sendable {
    public static let shared = Interruption()

    private let received = Atomic<Int32>(0)
    private let isInstalled = Atomic<Bool>(false)

    private init() {}

    /// The first signal that came, nil when none did.
    public var signal: Int32? {
        let value = received.load(ordering: .acquiring)
        return value == 0 ? nil : value
    }

    public var isRequested: Bool { signal != nil }

    /// What to exit with after an orderly end: SIGTERM is how services are stopped, SIGINT how people interrupt.
    public var exitCode: ExitStatusCode { signal == SIGINT ? .interrupted : .done }

    /// Call before other threads start: they inherit the signal mask, so that only the waiting thread gets the signals.
    public func install() {
        guard !isInstalled.exchange(true, ordering: .acquiringAndReleasing) else { return }
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var thread = pthread_t()
        let started = pthread_create(&thread, nil, interruptionThread, nil)
        guard started == 0 else {
            pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            return
        }
        pthread_detach(thread)
    }

    fileprivate func note(_ signal: Int32) {
        let first = received.compareExchange(expected: 0, desired: signal, ordering: .acquiringAndReleasing).exchanged
        if !first && signal == SIGINT { _exit(ExitStatusCode.interrupted.rawValue) }
    }

    /// Sleeps, but not beyond a signal.
    public func pause(milliseconds: Int) {
        let slice = 20
        var left = milliseconds
        while left > 0, !isRequested {
            usleep(UInt32(min(slice, left)) * 1_000)
            left -= slice
        }
    }
}

/// A C thread, outside any actor.
private func interruptionThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    while true {
        var signal: Int32 = 0
        if sigwait(&signals, &signal) == 0 { Interruption.shared.note(signal) }
    }
}
