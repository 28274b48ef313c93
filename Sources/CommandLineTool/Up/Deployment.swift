import Engine
import Events
import Foundation
import Kafka
import Postgres
import Supervision
import Synchronization
import Telemetry

/// Everything on one machine: PostgreSQL, the broker, the processors and the read API, supervised.
final class Deployment: Sendable {
    let options: UpOptions
    let runFile: RunFile
    private let directory: DataDirectory
    private let supervisor: Supervisor
    private let journal: DeploymentJournal

    private init(
        _ options: UpOptions, _ runFile: RunFile, _ directory: DataDirectory, _ supervisor: Supervisor,
        _ journal: DeploymentJournal
    ) {
        self.options = options
        self.runFile = runFile
        self.directory = directory
        self.supervisor = supervisor
        self.journal = journal
    }

    /// Starts all parts and returns once all are ready; what was started is stopped again when one fails.
    ///
    /// - Parameter views: those of the program, which are all folded as far as the topology in force wires them.
    static func start(
        _ wanted: UpOptions, views: ViewRegistry, environment: [String: String], console: Console
    ) throws -> Deployment {
        let directory = try DataDirectory(wanted.dataDirectory)
        RunFile.remove(directory.path)
        directory.endLeftovers()
        let options = try wanted.resolved()
        try directory.makeSecret()
        let journal = DeploymentJournal(directory: directory, console: console)
        let supervisor = try Supervisor(logDirectory: directory.logs) { journal.note($0) }
        let stopper = StopOnSignal(supervisor)
        defer { stopper.end() }
        do {
            let starter = DeploymentStarter(
                options: options, views: views, environment: environment, directory: directory,
                supervisor: supervisor, journal: journal)
            let runFile = try starter.run()
            journal.publish(runFile)
            return Deployment(options, runFile, directory, supervisor, journal)
        } catch {
            if !Interruption.shared.isRequested { journal.tell("could not start; stopping what runs already …") }
            supervisor.stopAll()
            throw Interruption.shared.isRequested ? Interrupted() : error
        }
    }

    /// A signal came before all was ready.
    struct Interrupted: Error {}

    var dataPath: String { directory.path }
    var logPath: String { directory.logs }

    /// An environment in which commands reach this deployment and no other.
    func environment(over base: [String: String]) -> [String: String] {
        base.merging(["KAFKA_BROKERS": runFile.kafka, "DATABASE_URL": runFile.database]) { _, own in own }
    }

    /// Waits for a signal, or for a part that is beyond help.
    func waitForEnd() throws {
        while !Interruption.shared.isRequested {
            Interruption.shared.pause(milliseconds: CommandLineLimits.watchMilliseconds)
            if let name = journal.givenUp {
                throw CommandFailure(
                    "\(name) crashed too often and was given up",
                    remedy: "Its log says why: \(supervisor.logPath(name))")
            }
        }
        journal.tell("stopping; the data stays in \(dataPath) and the next start goes on from it")
    }

    /// Stops all, the last started first.
    func stop() {
        journal.retire()
        supervisor.stopAll()
        directory.forgetPids()
    }

    /// Stops the supervisor as soon as a signal comes, so that nobody waits for a part that is to go.
    private final class StopOnSignal: Sendable {
        private let ended = Atomic<Bool>(false)

        init(_ supervisor: Supervisor) {
            Thread.detachNewThread { [self] in
                while !ended.load(ordering: .acquiring) {
                    if Interruption.shared.isRequested { return supervisor.stopAll() }
                    usleep(UInt32(CommandLineLimits.readyPollMilliseconds) * 1_000)
                }
            }
        }

        func end() { ended.store(true, ordering: .releasing) }
    }
}

/// What happened to the parts: told to the person, kept for the run file.
final class DeploymentJournal: Sendable {
    private struct State {
        var pids: [String: Int32] = [:]
        var ends: [String: Int] = [:]
        var givenUp: String?
        var runFile: RunFile?
    }

    private let state = Mutex(State())
    private let directory: DataDirectory
    private let console: Console

    init(directory: DataDirectory, console: Console) {
        self.directory = directory
        self.console = console
    }

    func tell(_ text: String) { console.note(text) }

    /// With the time: nobody watched when it happened at night.
    private func tellNow(_ text: String) { console.note("\(LogLine.now())  \(text)") }

    func note(_ event: SupervisorEvent) {
        switch event {
        case .started(let name, let pid):
            directory.note(pid: pid, of: name)
            state.withLock { state in
                state.pids[name] = pid
                state.runFile?.pids[name] = pid
                if let runFile = state.runFile { try? runFile.write(directory.path) }
            }
        case .ended(let name, let status):
            state.withLock { $0.ends[name, default: 0] += 1 }
            tellNow("\(name) ended (\(status)); log: \(directory.log(of: name))")
        case .restarting(let name, let pause): tellNow("\(name) starts again in \(pause) ms")
        case .startFailed(let name, let error): tellNow("\(name) could not be started again: \(error)")
        case .gaveUp(let name): state.withLock { $0.givenUp = name }
        case .ready, .stopped: break
        }
    }

    /// From here on the run file follows what happens.
    func publish(_ runFile: RunFile) {
        state.withLock { $0.runFile = runFile }
    }

    /// Takes the run file away, for good.
    func retire() {
        state.withLock { state in
            state.runFile = nil
            RunFile.remove(directory.path)
        }
    }

    var pids: [String: Int32] { state.withLock { $0.pids } }
    var givenUp: String? { state.withLock { $0.givenUp } }

    /// How often a part has ended.
    func ends(of name: String) -> Int { state.withLock { $0.ends[name] ?? 0 } }
}
