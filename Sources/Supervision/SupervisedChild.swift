import Glibc

/// One program that a `Supervisor` keeps running.
public struct SupervisedChild: Sendable {
    public let name: String
    /// Starts it; called again after every crash.
    public var launch: @Sendable () throws(SupervisionError) -> ChildProcess
    /// Asked again and again after a start until it is true; nil counts as ready at once.
    public var isReady: (@Sendable () -> Bool)?
    public var readinessTimeoutMilliseconds = SupervisionLimits.readinessTimeoutMilliseconds
    /// False for a child that is to run once.
    public var restarts = true
    public var stopSignal = SIGTERM
    public var stopGraceMilliseconds = SupervisionLimits.stopGraceMilliseconds

    public init(
        name: String, isReady: (@Sendable () -> Bool)? = nil,
        launch: @escaping @Sendable () throws(SupervisionError) -> ChildProcess
    ) {
        self.name = name
        self.isReady = isReady
        self.launch = launch
    }

    public init(_ description: ChildProcessDescription, isReady: (@Sendable () -> Bool)? = nil) {
        self.init(name: description.name, isReady: isReady) { () throws(SupervisionError) in
            try ChildProcess.start(description)
        }
    }

    /// A private cluster that runs already: started again, on the same port, when it crashes, stopped by a fast shutdown.
    public static func postgres(_ server: LocalPostgres) -> SupervisedChild {
        var configuration = server.configuration
        configuration.port = server.port
        let again = configuration
        var child = SupervisedChild(name: "postgres") { () throws(SupervisionError) in
            try LocalPostgres.start(again).process
        }
        child.stopSignal = SIGINT
        child.stopGraceMilliseconds = SupervisionLimits.postgresStopGraceMilliseconds
        return child
    }
}

/// What happened to a child.
public enum SupervisorEvent: Sendable, Equatable {
    case started(name: String, pid: pid_t)
    case ready(name: String)
    case ended(name: String, ExitStatus)
    case restarting(name: String, afterMilliseconds: Int)
    case startFailed(name: String, SupervisionError)
    /// Crashed too often; it stays down.
    case gaveUp(name: String)
    case stopped(name: String)
}
