import CLinux
import Glibc
import Telemetry

/// The `embedded-broker` program.
public enum EmbeddedBrokerProgram {
    /// Runs the broker until SIGTERM or SIGINT.
    ///
    /// - Parameter arguments: the command line without the program's name.
    /// - Returns: the exit code: 0 after a clean stop or `--help`, 1 when the broker could not start or had to stop, 2 for
    ///   a wrong command line.
    public static func run(arguments: [String]) -> Int32 {
        let options: BrokerOptions
        switch CommandLineReader.read(arguments, environment: { name in getenv(name).map { String(cString: $0) } }) {
        case .help:
            print(CommandLineReader.help)
            return 0
        case .wrong(let reason):
            writeError("embedded-broker: \(reason)\nTry 'embedded-broker --help'.\n")
            return 2
        case .run(let chosen): options = chosen
        }
        ProcessFigures.begin()
        let log = Logger(options.log)
        do throws(BrokerFailure) {
            try serve(options, log)
            return 0
        } catch {
            log.error("\(error)")
            return 1
        }
    }

    private static func serve(_ options: BrokerOptions, _ log: Logger) throws(BrokerFailure) {
        // Before any thread exists: signals are read from a descriptor, a vanished peer is an error code.
        var mask = sigset_t()
        sigemptyset(&mask)
        sigaddset(&mask, SIGTERM)
        sigaddset(&mask, SIGINT)
        pthread_sigmask(Int32(SIG_BLOCK), &mask, nil)
        signal(SIGPIPE, SIG_IGN)
        raiseFileLimit()
        // A port left by a former life would send clients nowhere.
        if let path = options.portFile { try FileSystem.remove(path) }
        let started = Clock.monotonicMilliseconds()
        let node = try BrokerNode(options: options, log: log)
        let listener = try Listener(host: options.host, port: options.port)
        node.port = listener.port
        let reactor = try Reactor(node: node, listener: listener, log: log)
        let endpoint = try serveMetrics(options.metrics, node.metrics)
        defer { endpoint?.stop() }
        node.metrics.look(at: node)
        if let path = options.portFile {
            try FileSystem.replace(path, with: Array("\(listener.port)\n".utf8), durable: false)
        }
        log.info(
            "listening on \(options.host):\(listener.port) data=\(options.dataDirectory) topics=\(node.topics.topics.count) "
                + "cluster=\(node.clusterId) startMilliseconds=\(Clock.monotonicMilliseconds() - started)")
        try reactor.run()
    }

    private static func serveMetrics(
        _ settings: MetricsSettings?, _ metrics: BrokerMetrics
    ) throws(BrokerFailure) -> MetricsEndpoint? {
        guard let settings else { return nil }
        do throws(SettingError) { return try MetricsEndpoint(settings, metrics.source) } catch {
            throw BrokerFailure(error.reason)
        }
    }

    /// Every segment is an open file.
    private static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
    }

    private static func writeError(_ text: String) {
        var bytes = Array(text.utf8)
        _ = bytes.withUnsafeMutableBytes { write(2, $0.baseAddress, $0.count) }
    }
}
