import Glibc
import Synchronization

/// Set once by SIGTERM or SIGINT, or by whoever asks a worker to stop.
public final class StopSignal: Sendable {
    private let requested = Atomic<Bool>(false)

    private let parent: StopSignal?

    /// - Parameter parent: its stop is a stop of this one too, but not the other way round.
    public init(within parent: StopSignal? = nil) { self.parent = parent }

    public var isSet: Bool {
        requested.load(ordering: .acquiring) || Self.caught.load(ordering: .acquiring) != 0 || parent?.isSet == true
    }

    public func set() { requested.store(true, ordering: .releasing) }

    /// The signal that arrived, 0 if none did.
    public static var signal: Int32 { caught.load(ordering: .acquiring) }

    private static let caught = Atomic<Int32>(0)

    /// From now on SIGTERM and SIGINT only set the flag; a closed pipe is an error of its write.
    public static func catchSignals() {
        for number in [SIGTERM, SIGINT] {
            Glibc.signal(number) { StopSignal.caught.store($0, ordering: .releasing) }
        }
        Glibc.signal(SIGPIPE, SIG_IGN)
    }

    /// Waits, but not beyond a stop.
    public func pause(milliseconds: Int) {
        var left = milliseconds
        while left > 0, !isSet {
            usleep(UInt32(min(left, 20) * 1_000))
            left -= 20
        }
    }
}
