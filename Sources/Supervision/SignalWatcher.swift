import CLinux
import Glibc
import Postgres
import Synchronization

/// Turns SIGTERM and SIGINT into a flag that loops look at and threads can wait for.
///
/// The handlers only count and wake, so the process ends in its own order. SIGPIPE is ignored along the way: a
/// closed socket is an error of the write, not the end of the process.
public final class SignalWatcher: Sendable {
    private static let lastSignal = Atomic<Int32>(0)
    private static let count = Atomic<Int>(0)
    private static let wakeDescriptor = Atomic<Int32>(-1)

    /// The one of this process; `install` makes it effective.
    private static let shared = SignalWatcher()

    private init() {
        Self.lastSignal.store(0, ordering: .relaxed)
        Self.count.store(0, ordering: .relaxed)
        Self.wakeDescriptor.store(eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)), ordering: .relaxed)
    }

    /// Installs the handlers; a second call changes nothing but the signals watched.
    public static func install(_ signals: [Int32] = [SIGTERM, SIGINT]) -> SignalWatcher {
        let watcher = shared
        Glibc.signal(SIGPIPE, SIG_IGN)
        for number in signals where !(number == SIGHUP && isIgnored(number)) {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { SignalWatcher.received($0) }
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
        }
        return watcher
    }

    /// As `nohup` starts a program that is to outlive its terminal.
    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// True from the first signal, or `requestStop`, on.
    public var stopRequested: Bool { Self.count.load(ordering: .acquiring) > 0 }

    /// How many signals came: an impatient operator sends a second one.
    public var signalCount: Int { Self.count.load(ordering: .acquiring) }

    /// The last signal; nil before the first.
    public var signal: Int32? {
        let number = Self.lastSignal.load(ordering: .acquiring)
        return number == 0 ? nil : number
    }

    /// Readable once a stop was requested, for loops that poll descriptors. Do not read from it.
    public var fileDescriptor: Int32 { Self.wakeDescriptor.load(ordering: .relaxed) }

    /// Asks for a stop as a SIGTERM would.
    public func requestStop() { Self.received(SIGTERM) }

    /// Waits for a stop; false when none was requested in time. A negative time-out waits for ever.
    @discardableResult
    public func wait(timeoutMilliseconds: Int = -1) -> Bool {
        let deadline = MonotonicClock.milliseconds + Int64(timeoutMilliseconds)
        while !stopRequested {
            let left = timeoutMilliseconds < 0 ? -1 : deadline - MonotonicClock.milliseconds
            if timeoutMilliseconds >= 0, left <= 0 { return false }
            var descriptor = pollfd(fd: fileDescriptor, events: Int16(POLLIN), revents: 0)
            poll(&descriptor, 1, Int32(clamping: left))
        }
        return true
    }

    /// Runs in a signal handler: atomics and write(2) only. The statics are set up before a handler is installed.
    private static func received(_ number: Int32) {
        let savedError = errno
        lastSignal.store(number, ordering: .releasing)
        count.add(1, ordering: .acquiringAndReleasing)
        var one: UInt64 = 1
        _ = write(wakeDescriptor.load(ordering: .relaxed), &one, 8)
        errno = savedError
    }
}
