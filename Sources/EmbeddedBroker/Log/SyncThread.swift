import CLinux
import Glibc
import Synchronization

/// Runs fsync beside the reactor: one group of files at a time, with at least the fsync interval from one start to the
/// next, so that whatever was appended meanwhile shares the next one.
final class SyncThread: Sendable {
    /// Files and directories to sync as one group.
    struct Job: Sendable {
        var files: [OpenFile]
        var directories: [String]
    }

    private struct Shared {
        var job: Job?
        var isDone = false
        var isReady = true
        var failure: String?
        var stops = false
    }

    private let shared = Mutex(Shared())
    private let toThread: Int32
    /// Readable whenever a job is done or the thread is ready for the next.
    let notifications: Int32

    init() throws(BrokerFailure) {
        toThread = eventfd(0, Int32(EFD_CLOEXEC))
        notifications = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard toThread >= 0, notifications >= 0 else { throw .system("creating", "eventfd") }
        var thread = pthread_t()
        let opaque = Unmanaged.passRetained(self).toOpaque()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<SyncThread>.fromOpaque(argument).takeRetainedValue().loop()
                return nil
            }, opaque)
        guard code == 0 else { throw .system("starting", "the sync thread", code) }
        pthread_detach(thread)
    }

    /// Hands over a job; only when the thread is ready.
    func start(_ job: Job) {
        shared.withLock {
            $0.job = job
            $0.isReady = false
        }
        signal(toThread)
    }

    func stop() {
        shared.withLock { $0.stops = true }
        signal(toThread)
    }

    /// What happened since the last call: whether the job is done, whether the next may be started.
    func collect() throws(BrokerFailure) -> (isDone: Bool, isReady: Bool) {
        var count: UInt64 = 0
        _ = read(notifications, &count, 8)
        let (done, ready, failure) = shared.withLock { state in
            defer { state.isDone = false }
            return (state.isDone, state.isReady, state.failure)
        }
        if let failure { throw BrokerFailure(failure) }
        return (done, ready)
    }

    private func signal(_ descriptor: Int32) {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    private func loop() {
        while true {
            var count: UInt64 = 0
            _ = read(toThread, &count, 8)
            let (job, stops) = shared.withLock { state in
                defer { state.job = nil }
                return (state.job, state.stops)
            }
            if let job { run(job) }
            if stops { return }
        }
    }

    private func run(_ job: Job) {
        let started = Clock.monotonicMicroseconds()
        var failure: String?
        for file in job.files where fdatasync(file.descriptor) != 0 && failure == nil {
            failure = BrokerFailure.system("syncing", file.path).description
        }
        for directory in job.directories where failure == nil {
            do throws(BrokerFailure) { try FileSystem.synchronizeDirectory(directory) } catch {
                failure = error.description
            }
        }
        shared.withLock {
            $0.isDone = true
            $0.failure = failure
        }
        signal(notifications)
        let rest = EmbeddedBrokerLimits.fsyncIntervalMilliseconds * 1_000 - (Clock.monotonicMicroseconds() - started)
        if rest > 0 { usleep(useconds_t(rest)) }
        shared.withLock { $0.isReady = true }
        signal(notifications)
    }
}
