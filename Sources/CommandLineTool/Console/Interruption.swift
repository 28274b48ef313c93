import Glibc
import Supervision
import Synchronization

/// SIGINT, SIGTERM and the SIGHUP of a closed terminal as something a command looks at between two steps of its work. Until `install` they end the
/// process as usual.
public final class Interruption: Sendable {
    public static let shared = Interruption()

    private let watcher = Mutex<SignalWatcher?>(nil)

    private init() {}

    public func install() {
        watcher.withLock { watcher in
            if watcher == nil { watcher = SignalWatcher.install([SIGTERM, SIGINT, SIGHUP]) }
        }
    }

    /// The last signal that came, nil when none did.
    public var signal: Int32? { watcher.withLock { $0?.signal } }

    public var isRequested: Bool { signal != nil }

    /// What to exit with after an orderly end: SIGTERM is how services are stopped, SIGINT how people interrupt, SIGHUP how
    /// they go home.
    public var exitCode: ExitStatusCode { signal == SIGINT ? .interrupted : .done }

    /// Readable from the first signal on; nil before `install`.
    var fileDescriptor: Int32? { watcher.withLock { $0?.fileDescriptor } }

    /// Sleeps, but not beyond a signal.
    public func pause(milliseconds: Int) {
        if let watcher = watcher.withLock({ $0 }) {
            watcher.wait(timeoutMilliseconds: milliseconds)
        } else {
            usleep(UInt32(milliseconds) * 1_000)
        }
    }
}
