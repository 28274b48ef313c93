import CLinux
import Glibc

/// How a process ended.
public enum ExitStatus: Sendable, Equatable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)

    /// What a shell reports: the code, or 128 + the signal.
    public var code: Int32 {
        switch self {
        case .exited(let code): code
        case .signalled(let signal): 128 + signal
        }
    }

    public var isSuccess: Bool { self == .exited(0) }

    public var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signalled(let signal): "signal \(signal)"
        }
    }

    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7F
        self = signal == 0 ? .exited((waitStatus >> 8) & 0xFF) : .signalled(signal)
    }
}

/// What to start and how.
public struct ChildProcessDescription: Sendable {
    public var name: String
    /// A path, or a name looked up on PATH.
    public var executable: String
    public var arguments: [String] = []
    /// Added to, or put over, this process's environment; nil removes a variable.
    public var environment: [String: String?] = [:]
    /// Where standard output and standard error are appended; nil keeps this process's own.
    public var logPath: String?
    /// Sent to the child when this process dies, however it dies; nil for none. Needs `setpriv` (util-linux).
    public var parentDeathSignal: Int32? = SIGTERM
    /// Runs the child as this user; only root can.
    public var user: SystemUser?
    /// Lets `user` enter folders that only root may (CAP_DAC_OVERRIDE), for data that lies in one.
    public var overridesFolderPermissions = false
    /// Apart from this process's group, so that a terminal's Ctrl-C reaches this process only.
    public var isInOwnProcessGroup = true

    public init(name: String, executable: String, arguments: [String] = []) {
        self.name = name
        self.executable = executable
        self.arguments = arguments
    }
}

/// One running child. Thread-safe; reaps the child as soon as it ends.
public final class ChildProcess: Sendable {
    public let name: String
    public let pid: pid_t
    private let status = Latch<ExitStatus>()

    private init(name: String, pid: pid_t) {
        self.name = name
        self.pid = pid
    }

    public static func start(_ description: ChildProcessDescription) throws(SupervisionError) -> ChildProcess {
        let command = try SpawnCommand(description)
        let outcome = SpawnThread.shared.run { command.spawn() }
        guard case .success(let pid) = outcome else {
            guard case .failure(let error) = outcome else { throw SupervisionError(.process, "no outcome") }
            throw error
        }
        let child = ChildProcess(name: description.name, pid: pid)
        Threads.detach { child.reap() }
        return child
    }

    /// Nil while the child runs.
    public var exitStatus: ExitStatus? { status.current }

    public var isRunning: Bool { exitStatus == nil }

    /// Waits until the child ends; nil when it did not in time. A negative time-out waits for ever.
    @discardableResult
    public func wait(timeoutMilliseconds: Int = -1) -> ExitStatus? {
        status.wait(timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Sends a signal, unless the child has ended.
    public func send(signal: Int32) {
        status.withValue { if $0 == nil { _ = kill(pid, signal) } }
    }

    /// Asks the child to end and waits; kills it when it takes longer than the grace.
    @discardableResult
    public func terminate(
        graceMilliseconds: Int = SupervisionLimits.stopGraceMilliseconds, signal: Int32 = SIGTERM
    ) -> ExitStatus {
        send(signal: signal)
        // A stopped child could not act on the signal.
        send(signal: SIGCONT)
        if let status = wait(timeoutMilliseconds: graceMilliseconds) { return status }
        send(signal: SIGKILL)
        return wait() ?? .signalled(SIGKILL)
    }

    /// The pid is free for reuse only once it is reaped, so that happens under the lock that `send` takes.
    private func reap() {
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        status.set {
            var raw: Int32 = 0
            while waitpid(pid, &raw, 0) < 0, errno == EINTR {}
            return ExitStatus(waitStatus: raw)
        }
    }
}
