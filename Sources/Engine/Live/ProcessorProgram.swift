import Events
import Foundation
import Kafka
import Projections
import Telemetry

/// What a processor's main.swift calls.
public enum ProcessorProgram {
    /// Serves a view until SIGTERM or SIGINT.
    /// - Returns: the exit code: 0 stopped on request, 1 failed, 2 wrong usage.
    public static func run(
        view name: String, of views: ViewRegistry = .standard, arguments: [String], environment: [String: String]
    ) -> Int32 {
        if arguments.dropFirst().contains(where: { $0 == "--help" || $0 == "-h" }) {
            print(help(name))
            return 0
        }
        guard arguments.count <= 1 else {
            Log.error("usage", ["reason": "unknown argument \(arguments[1]); see --help"])
            return 2
        }
        return serve(view: name, of: views, environment: environment)
    }

    /// Serves a view until SIGTERM or SIGINT.
    /// - Returns: the exit code: 0 stopped on request, 1 failed, 2 a setting that cannot be read.
    public static func serve(view name: String, of views: ViewRegistry, environment: [String: String]) -> Int32 {
        ProcessFigures.begin()
        do throws(SettingError) { _ = try LogSettings.read { environment[$0] } } catch {
            Log.error("usage", ["reason": error.reason])
            return 2
        }
        StopSignal.catchSignals()
        do throws(EngineError) {
            let view = try views.configuration(of: name, in: topology(environment))
            let configuration = try WorkerConfiguration.fromEnvironment(environment, view: name)
            try serve(views.fold(named: name), view, configuration)
            return 0
        } catch {
            Log.error("failed", ["view": name, "reason": error.message])
            return 1
        }
    }

    private static func topology(_ environment: [String: String]) throws(EngineError) -> Topology {
        do throws(TopologyError) { return try Topology.inForce(environment: environment) } catch {
            throw EngineError(.topology, error.description)
        }
    }

    private static func serve<Fold: ViewFold>(
        _: Fold.Type, _ view: ViewConfiguration, _ configuration: WorkerConfiguration
    ) throws(EngineError) {
        try LiveWorker<Fold>(view, configuration, stop: StopSignal()).run()
    }

    private static func help(_ name: String) -> String {
        """
        \(name)-processor: folds the topics of view \(name) into PostgreSQL, exactly once.

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
