import Glibc
import Postgres
import Synchronization

/// Keeps named children running: starts them in order, each once the one before is ready, starts crashed ones
/// again with growing pauses, and stops all in reverse order.
///
/// A child's output goes to `<logDirectory>/<name>.log` where its description names no other file.
public final class Supervisor: Sendable {
    public let logDirectory: String
    private let report: @Sendable (SupervisorEvent) -> Void
    private let children = Mutex<[Entry]>([])
    private let stopping = Latch<Bool>()

    /// `report` is called from the supervisor's threads, in order for each child.
    public init(
        logDirectory: String, report: @escaping @Sendable (SupervisorEvent) -> Void = { _ in }
    ) throws(SupervisionError) {
        try FileSystem.makeDirectory(logDirectory)
        self.logDirectory = logDirectory
        self.report = report
    }

    public func logPath(_ name: String) -> String { "\(logDirectory)/\(name).log" }

    /// Starts a program with its log file under `logDirectory` and waits until it is ready.
    public func start(
        _ description: ChildProcessDescription, isReady: (@Sendable () -> Bool)? = nil
    ) throws(SupervisionError) {
        var logged = description
        if logged.logPath == nil { logged.logPath = logPath(description.name) }
        if let path = logged.logPath, let size = FileSystem.size(path), size > SupervisionLimits.maximumLogBytes {
            rename(path, path + ".1")
        }
        try start(SupervisedChild(logged, isReady: isReady))
    }

    /// Starts the child and waits until it is ready. On failure the child is stopped; those before it stay.
    public func start(_ child: SupervisedChild) throws(SupervisionError) {
        let process = try child.launch()
        report(.started(name: child.name, pid: process.pid))
        try waitUntilReady(child, process)
        adopt(child, running: process)
    }

    /// Takes over a child that runs and is ready already.
    public func adopt(_ child: SupervisedChild, running process: ChildProcess) {
        let entry = Entry(child, process)
        children.withLock { $0.append(entry) }
        Threads.detach { [self] in
            watch(entry)
            entry.done.set { true }
        }
    }

    /// The running process of a child; nil when it is down or unknown.
    public func process(_ name: String) -> ChildProcess? {
        children.withLock { $0.first { $0.child.name == name } }?.current.flatMap { $0.isRunning ? $0 : nil }
    }

    /// Names of the children that are down for good or at the moment.
    public var down: [String] {
        children.withLock { $0 }.filter { $0.current?.isRunning != true }.map(\.child.name)
    }

    /// Stops every child, the last started first, and waits. Safe to call twice; nothing starts afterwards.
    public func stopAll() {
        stopping.set { true }
        for entry in children.withLock({ $0 }).reversed() {
            entry.stop()
            _ = entry.done.wait()
            report(.stopped(name: entry.child.name))
        }
        children.withLock { $0 = [] }
    }

    private var isStopping: Bool { stopping.current == true }

    private func waitUntilReady(_ child: SupervisedChild, _ process: ChildProcess) throws(SupervisionError) {
        guard let isReady = child.isReady else { return report(.ready(name: child.name)) }
        let deadline = MonotonicClock.milliseconds + Int64(child.readinessTimeoutMilliseconds)
        while !isReady() {
            if let status = process.exitStatus {
                throw SupervisionError(
                    .process, "\(child.name) ended before it was ready (\(status)): see \(logPath(child.name))")
            }
            if isStopping || MonotonicClock.milliseconds > deadline {
                process.terminate(graceMilliseconds: child.stopGraceMilliseconds, signal: child.stopSignal)
                let reason = isStopping ? "was stopped" : "was not ready after \(child.readinessTimeoutMilliseconds) ms"
                throw SupervisionError(.timeout, "\(child.name) \(reason): see \(logPath(child.name))")
            }
            MonotonicClock.sleep(milliseconds: SupervisionLimits.pollMilliseconds)
        }
        report(.ready(name: child.name))
    }

    /// Waits for the child's end and starts it again, until it is to stop.
    private func watch(_ entry: Entry) {
        var backoff = RestartBackoff()
        while let process = entry.current {
            let begun = MonotonicClock.milliseconds
            let status = process.wait() ?? .exited(0)
            if isStopping { return }
            report(.ended(name: entry.child.name, status))
            guard entry.child.restarts else { return }
            backoff.ended(afterMilliseconds: MonotonicClock.milliseconds - begun)
            guard restart(entry, &backoff) else { return }
        }
    }

    /// False when the child is not to run again.
    private func restart(_ entry: Entry, _ backoff: inout RestartBackoff) -> Bool {
        let name = entry.child.name
        while true {
            guard let pause = backoff.nextPauseMilliseconds() else {
                report(.gaveUp(name: name))
                return false
            }
            report(.restarting(name: name, afterMilliseconds: pause))
            if stopping.wait(timeoutMilliseconds: pause) != nil { return false }
            do throws(SupervisionError) {
                let process = try entry.child.launch()
                entry.replace(process)
                report(.started(name: name, pid: process.pid))
                if isStopping { entry.stop() } else { try waitUntilReady(entry.child, process) }
                return true
            } catch {
                report(.startFailed(name: name, error))
                if isStopping { return false }
                entry.current?.terminate(graceMilliseconds: 0)
            }
        }
    }

    /// A child and its present process.
    private final class Entry: Sendable {
        let child: SupervisedChild
        let done = Latch<Bool>()
        private let process: Mutex<ChildProcess>

        init(_ child: SupervisedChild, _ process: ChildProcess) {
            self.child = child
            self.process = Mutex(process)
        }

        var current: ChildProcess? { process.withLock { $0 } }

        func replace(_ new: ChildProcess) { process.withLock { $0 = new } }

        func stop() {
            current?.terminate(graceMilliseconds: child.stopGraceMilliseconds, signal: child.stopSignal)
        }
    }
}

/// Pauses between restarts: doubled each time, forgiven after a long run, ended after too many.
struct RestartBackoff {
    private var failures = 0

    mutating func ended(afterMilliseconds: Int64) {
        if afterMilliseconds >= Int64(SupervisionLimits.restartForgivenAfterMilliseconds) { failures = 0 }
    }

    /// Nil when the child is given up.
    mutating func nextPauseMilliseconds() -> Int? {
        guard failures < SupervisionLimits.maximumConsecutiveRestarts else { return nil }
        let doubled = SupervisionLimits.restartFirstDelayMilliseconds << min(failures, 16)
        failures += 1
        return min(doubled, SupervisionLimits.restartMaximumDelayMilliseconds)
    }
}
