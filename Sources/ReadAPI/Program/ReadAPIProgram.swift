import Glibc
import HTTPServing
import Telemetry

/// The `read-api` executable.
public enum ReadAPIProgram {
    /// Serves until SIGTERM or SIGINT.
    ///
    /// - Parameter arguments: without the program's name.
    /// - Returns: the exit code: 0 stopped as asked, 1 could not serve, 2 wrong arguments or environment.
    public static func run(arguments: [String], environment: [String: String]) -> Int32 {
        let options: ReadAPIOptions
        do throws(ReadAPIOptions.Failure) {
            options = try ReadAPIOptions.parse(arguments: arguments, environment: environment)
        } catch {
            switch error {
            case .help:
                print(ReadAPIOptions.usage, terminator: "")
                return 0
            case .usage(let message):
                Log.emit("read-api: \(message)\n")
                return 2
            }
        }
        return serve(options)
    }

    private static func serve(_ options: ReadAPIOptions) -> Int32 {
        let log = options.service.log
        // Before any thread starts, so that every thread inherits the mask and only `waitForStop` sees the signals.
        let signals = blockSignals()
        raiseDescriptorLimit()
        let server: ReadAPIServer
        do throws(HTTPServerError) {
            server = try ReadAPIServer(host: options.host, port: options.port, service: options.service)
        } catch {
            log.error("\(error)")
            return 1
        }
        log.info("listening on http://\(options.host):\(server.port), database \(options.service.database)")
        if let path = options.portFile, let reason = PortFile.write(server.port, to: path) {
            log.error("cannot write --port-file \(path): \(reason)")
            server.stop()
            return 1
        }
        let name = waitForStop(signals)
        log.info("\(name): finishing what runs")
        server.stop()
        log.info("stopped")
        return 0
    }

    /// Every stream is a descriptor: as many as the system lets this process have.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
    }

    private static func blockSignals() -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)
        return signals
    }

    private static func waitForStop(_ signals: sigset_t) -> String {
        var signals = signals
        var number: Int32 = 0
        while sigwait(&signals, &number) != 0 {}
        return number == SIGINT ? "SIGINT" : "SIGTERM"
    }
}

extension ReadAPIProgram {
    /// This process's environment.
    public static func environment() -> [String: String] {
        var values: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let halves = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if halves.count == 2 { values[String(halves[0])] = String(halves[1]) }
            next += 1
        }
        return values
    }
}
