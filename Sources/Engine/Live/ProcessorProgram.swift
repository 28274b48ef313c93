import Events
import Foundation
import Kafka
import Projections
import Telemetry

/// What a processor's main.swift calls.
public enum ProcessorProgram {
    /// One of the package's processors, until SIGTERM or SIGINT.
    /// - Returns: the exit code: 0 stopped on request, 1 failed, 2 wrong usage.
    public static func run(
        _ processor: Processor, with companion: Companion? = nil, arguments: [String], environment: [String: String]
    ) -> Int32 {
        run(views: processor.views, with: companion, arguments: arguments, environment: environment)
    }

    /// Serves a view until SIGTERM or SIGINT.
    /// - Returns: the exit code: 0 stopped on request, 1 failed, 2 wrong usage.
    public static func run(
        view name: String, of views: ViewRegistry = .standard, arguments: [String], environment: [String: String]
    ) -> Int32 {
        run(views: [name], of: views, arguments: arguments, environment: environment)
    }

    /// Serves several views in one process: threads, lanes and a consumer group each; one metrics endpoint, one end.
    public static func run(
        views names: [String], of views: ViewRegistry = .standard, with companion: Companion? = nil,
        arguments: [String], environment: [String: String]
    ) -> Int32 {
        if arguments.dropFirst().contains(where: { $0 == "--help" || $0 == "-h" }) {
            print(help(names, program: arguments[0]) + (companion.map { "\n" + $0.help } ?? ""))
            return 0
        }
        guard arguments.count <= 1 else {
            Log.error("usage", ["reason": "unknown argument \(arguments[1]); see --help"])
            return 2
        }
        return serve(views: names, of: views, with: companion, environment: environment)
    }

    /// Serves views until SIGTERM or SIGINT, or until one of them fails: the others then stop too.
    /// - Returns: the exit code: 0 stopped on request, 1 failed, 2 a setting that cannot be read.
    public static func serve(
        views names: [String], of views: ViewRegistry, with companion: Companion? = nil, environment: [String: String]
    ) -> Int32 {
        ProcessFigures.begin()
        do throws(SettingError) { _ = try LogSettings.read { environment[$0] } } catch {
            Log.error("usage", ["reason": error.reason])
            return 2
        }
        StopSignal.catchSignals()
        let topology: Topology
        var workers: [Worker] = []
        do throws(EngineError) {
            topology = try Self.topology(environment)
            for name in names { workers.append(try worker(name, of: views, in: topology, environment)) }
        } catch {
            return failed([WorkerCrew.Failure(view: names.joined(separator: ","), error: error)], exitCode: 2)
        }
        do throws(EngineError) {
            let stop = StopSignal()
            let beside = try companion.map { (companion) throws(EngineError) in
                try prepared(companion, topology, stop, environment)
            }
            return failed(try serve(workers, beside, stop), exitCode: 1)
        } catch {
            return failed([WorkerCrew.Failure(view: names.joined(separator: ","), error: error)], exitCode: 1)
        }
    }

    private static func failed(_ failures: [WorkerCrew.Failure], exitCode: Int32) -> Int32 {
        for failure in failures { Log.error("failed", ["view": failure.view, "reason": failure.error.message]) }
        return failures.isEmpty ? 0 : exitCode
    }

    private struct Worker: Sendable {
        let fold: any ViewFold.Type
        let view: ViewConfiguration
        let configuration: WorkerConfiguration
    }

    private static func worker(
        _ name: String, of views: ViewRegistry, in topology: Topology, _ environment: [String: String]
    ) throws(EngineError) -> Worker {
        Worker(
            fold: try views.fold(named: name), view: try views.configuration(of: name, in: topology),
            configuration: try WorkerConfiguration.fromEnvironment(environment, view: name))
    }

    private static func prepared(
        _ companion: Companion, _ topology: Topology, _ stop: StopSignal, _ environment: [String: String]
    ) throws(EngineError) -> (name: String, work: Companion.Prepared) {
        let configuration = try WorkerConfiguration.fromEnvironment(environment, view: companion.name)
        let setting = Companion.Setting(
            environment: environment, configuration: configuration, topology: topology, stop: stop)
        return (companion.name, try companion.prepare(setting))
    }

    private static func serve(
        _ workers: [Worker], _ companion: (name: String, work: Companion.Prepared)?, _ stop: StopSignal
    ) throws(EngineError) -> [WorkerCrew.Failure] {
        let figures = WorkerFigures(expected: workers.count + (companion == nil ? 0 : 1))
        let endpoint = try endpoint(workers.first?.configuration.metrics, figures)
        defer { endpoint?.stop() }
        let crew = WorkerCrew(stop: stop)
        for worker in workers {
            crew.start(worker.view.name) { () throws(EngineError) in try run(worker, figures, stop) }
        }
        if let (name, work) = companion {
            figures.add(work.figures)
            crew.start(name) { work.run() }
        }
        return crew.join()
    }

    private static func run(_ worker: Worker, _ figures: WorkerFigures, _ stop: StopSignal) throws(EngineError) {
        func open<Fold: ViewFold>(_: Fold.Type) throws(EngineError) {
            try LiveWorker<Fold>(worker.view, worker.configuration, figures: figures, stop: stop).run()
        }
        try open(worker.fold)
    }

    private static func endpoint(
        _ settings: MetricsSettings?, _ figures: WorkerFigures
    ) throws(EngineError) -> MetricsEndpoint? {
        guard let settings else { return nil }
        do throws(SettingError) { return try MetricsEndpoint(settings, figures.together) } catch {
            throw EngineError(.topology, error.reason)
        }
    }

    private static func topology(_ environment: [String: String]) throws(EngineError) -> Topology {
        do throws(TopologyError) { return try Topology.inForce(environment: environment) } catch {
            throw EngineError(.topology, error.description)
        }
    }

    private static func help(_ names: [String], program path: String) -> String {
        """
        \(path.split(separator: "/").last ?? "processor"): folds the topics of \(names.joined(separator: ", ")) \
        into PostgreSQL, exactly once.

        Start as many copies as there are partitions; they share the lanes. It takes no arguments.

        Environment:
          KAFKA_BROKERS              host:port[,host:port]
          DATABASE_URL               postgresql://user:password@host:port/database (or DATABASE_URL_FILE)
          TAPEFOLD_KAFKA_<PROPERTY>  any librdkafka property, for example TAPEFOLD_KAFKA_SECURITY_PROTOCOL
          TAPEFOLD_TOPOLOGY          another topology.json than the one built in
          TAPEFOLD_LOG_LEVEL         debug, info (default), warning, error
          TAPEFOLD_LOG_FORMAT        text (default), json
          TAPEFOLD_METRICS_PORT      where /metrics, /livez and /readyz are served; 0 picks a free port, not set: nowhere
          TAPEFOLD_METRICS_HOST      the address for it (127.0.0.1)
          TAPEFOLD_METRICS_PORT_FILE where the port in use is written
          TAPEFOLD_INSTANCE_ID       static membership: another name for each worker of a view, the same after a restart
        """
    }
}
