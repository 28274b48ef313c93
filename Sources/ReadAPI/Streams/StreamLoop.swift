import CLinux
import Glibc
import HTTPServing
import Synchronization

/// A thread with its share of the clients: an epoll loop. Anybody may tell it something; all else is the thread's own.
final class StreamLoop: Sendable {
    enum Message: Sendable {
        case begin(NewStream)
        case ticks([SharedTick], tape: [Int32: Int64])
        /// The tape is read from these offsets on; lost means that some of it was never read.
        case tapeStarted([Int32: Int64], isLost: Bool)
        case changes(UserChangeSet)
        case resumed(client: Int, StreamSession.Resumption)
        case stop
    }

    private let inbox = Mutex<[Message]>([])
    let wake: Int32
    private let hub: StreamHub

    init(hub: StreamHub) {
        self.hub = hub
        wake = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        precondition(wake >= 0, "the system gives no more descriptors: raise ulimit -n")
    }

    deinit { close(wake) }

    func tell(_ message: Message) {
        let wasEmpty = inbox.withLock { inbox in
            inbox.append(message)
            return inbox.count == 1
        }
        guard wasEmpty else { return }
        eventfd_write(wake, 1)
    }

    func takeMessages() -> [Message] {
        var count: eventfd_t = 0
        eventfd_read(wake, &count)
        return inbox.withLock { inbox in
            defer { inbox = [] }
            return inbox
        }
    }

    /// The thread's body; returns after `.stop`, with every client closed.
    func run() {
        StreamLoopThread(self, hub).run()
    }
}

/// Whose rows changed, and how far the changes have been read with that.
struct UserChangeSet: Sendable {
    /// By user, the views; users without a stream may be among them.
    var users: [String: Set<String>] = [:]
    /// Views whose every row may have changed: another build went live.
    var everyone: Set<String> = []
    /// Set when changes may have been missed: clients are to read anew.
    var lost: String?
    /// Builds and changes; the tape is the loops' own.
    var position = StreamPosition()
}
