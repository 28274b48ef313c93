import CLinux
import Glibc
import Synchronization

/// Runs fsync beside the reactor: one group of files at a time, with at least the fsync interval from one start to the
/// next, so that whatever was appended meanwhile shares the next one.
///
/// The files of a group are synced at the same time by several threads: the file system then commits its journal once
/// for all of them instead of once for each.
final class SyncThreads: Sendable {
    enum Item: Sendable {
        case file(OpenFile)
        /// The directory that holds the file.
        case directory(of: OpenFile)
    }

    private struct Shared {
        var job: [Item]?
        /// Items of the running job that no thread has taken yet.
        var open: [Item] = []
        /// Items of the running job that are not synced yet.
        var unfinished = 0
        var isDone = false
        var isReady = true
        var failure: String?
    }

    private let shared = Mutex(Shared())
    private let toLeader: Int32
    private let toHelpers: Int32
    private let fromHelpers: Int32
    /// Readable whenever a job is done or the threads are ready for the next.
    let notifications: Int32

    /// The threads run until the process ends.
    init() throws(BrokerFailure) {
        toLeader = eventfd(0, Int32(EFD_CLOEXEC))
        toHelpers = eventfd(0, Int32(EFD_CLOEXEC | EFD_SEMAPHORE))
        fromHelpers = eventfd(0, Int32(EFD_CLOEXEC))
        notifications = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard toLeader >= 0, toHelpers >= 0, fromHelpers >= 0, notifications >= 0 else {
            throw .system("creating", "eventfd")
        }
        try startThread { opaque in
            guard let opaque else { return nil }
            Unmanaged<SyncThreads>.fromOpaque(opaque).takeRetainedValue().lead()
            return nil
        }
        for _ in 0..<EmbeddedBrokerLimits.syncHelperThreads {
            try startThread { opaque in
                guard let opaque else { return nil }
                Unmanaged<SyncThreads>.fromOpaque(opaque).takeRetainedValue().help()
                return nil
            }
        }
    }

    private func startThread(
        _ body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?
    ) throws(BrokerFailure) {
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, body, Unmanaged.passRetained(self).toOpaque())
        guard code == 0 else { throw .system("starting", "a sync thread", code) }
        pthread_detach(thread)
    }

    // MARK: The reactor's side

    /// Hands over a job; only when the threads are ready.
    func start(_ job: [Item]) {
        shared.withLock {
            $0.job = job
            $0.isReady = false
        }
        Self.signal(toLeader, 1)
    }

    /// What happened since the last call: whether the job is done, whether the next may be started.
    func collect() throws(BrokerFailure) -> (isDone: Bool, isReady: Bool) {
        Self.wait(notifications)
        let (done, ready, failure) = shared.withLock { state in
            defer { state.isDone = false }
            return (state.isDone, state.isReady, state.failure)
        }
        if let failure { throw BrokerFailure(failure) }
        return (done, ready)
    }

    // MARK: The threads' side

    private static func signal(_ descriptor: Int32, _ count: Int) {
        var value = UInt64(count)
        _ = write(descriptor, &value, 8)
    }

    private static func wait(_ descriptor: Int32) {
        var value: UInt64 = 0
        while read(descriptor, &value, 8) < 0 && errno == EINTR {}
    }

    private func lead() {
        while true {
            Self.wait(toLeader)
            let started = Clock.monotonicMicroseconds()
            let count = shared.withLock { state in
                let job = state.job ?? []
                state.job = nil
                state.open = job
                state.unfinished = job.count
                return job.count
            }
            let helpers = min(count - 1, EmbeddedBrokerLimits.syncHelperThreads)
            if helpers > 0 { Self.signal(toHelpers, helpers) }
            syncOpenItems()
            while shared.withLock({ $0.unfinished > 0 }) { Self.wait(fromHelpers) }
            shared.withLock { $0.isDone = true }
            Self.signal(notifications, 1)
            let rest =
                EmbeddedBrokerLimits.fsyncIntervalMilliseconds * 1_000 - (Clock.monotonicMicroseconds() - started)
            if rest > 0 { usleep(useconds_t(rest)) }
            shared.withLock { $0.isReady = true }
            Self.signal(notifications, 1)
        }
    }

    private func help() {
        while true {
            Self.wait(toHelpers)
            syncOpenItems()
            Self.signal(fromHelpers, 1)
        }
    }

    private func syncOpenItems() {
        while let item = shared.withLock({ $0.open.popLast() }) {
            let failure = Self.sync(item)
            shared.withLock { state in
                state.unfinished -= 1
                if let failure { state.failure = failure }
            }
        }
    }

    /// Nil, or what went wrong.
    private static func sync(_ item: Item) -> String? {
        switch item {
        case .file(let file):
            return fdatasync(file.descriptor) == 0 ? nil : BrokerFailure.system("syncing", file.path).description
        case .directory(let file): return syncDirectory(of: file)
        }
    }

    private static func syncDirectory(of file: OpenFile) -> String? {
        let path = String(file.path[..<(file.path.lastIndex(of: "/") ?? file.path.endIndex)])
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor < 0 else {
            defer { close(descriptor) }
            return fsync(descriptor) == 0 ? nil : BrokerFailure.system("syncing", path).description
        }
        let code = errno
        switch code {
        // The topic was deleted meanwhile.
        case ENOENT: return nil
        // None is left to open it with: then the whole file system, through what is open.
        case EMFILE, ENFILE:
            return syncfs(file.descriptor) == 0 ? nil : BrokerFailure.system("syncing", path).description
        default: return BrokerFailure.system("opening", path, code).description
        }
    }
}
