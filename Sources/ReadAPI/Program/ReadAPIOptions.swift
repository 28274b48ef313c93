import Domain
import Events
import Glibc
import HTTPServing
import Kafka
import Postgres
import Projections
import Telemetry

/// What the command line and the environment say, checked.
struct ReadAPIOptions: Sendable {
    var host = "127.0.0.1"
    var port: UInt16 = 8080
    /// Where the port in use is written once the server listens.
    var portFile: String?
    var service: ReadService.Configuration

    static let usage = """
        usage: read-api [--host HOST] [--port PORT] [--port-file FILE]

          --host HOST        address to listen on (TAPEFOLD_HTTP_HOST, default 127.0.0.1; 0.0.0.0 for all)
          --port PORT        port to listen on (TAPEFOLD_HTTP_PORT, default 8080; 0 picks a free one)
          --port-file FILE   file the port in use is written to once the server listens

        environment: DATABASE_URL (or DATABASE_URL_FILE), TAPEFOLD_JWT_SECRET (or TAPEFOLD_JWT_SECRET_FILE),
          TAPEFOLD_JWKS (file or URL of an identity provider's public keys), TAPEFOLD_JWT_ISSUER, TAPEFOLD_JWT_AUDIENCE,
          KAFKA_BROKERS (for commands and live ticks), TAPEFOLD_RATE_LIMIT_USER, TAPEFOLD_RATE_LIMIT_ADDRESS,
          TAPEFOLD_RATE_LIMIT_COMMANDS (requests a second, 0 for none), TAPEFOLD_TRUSTED_PROXIES (addresses),
          TAPEFOLD_CORS_ORIGINS (origins with commas between, or *), TAPEFOLD_DEFAULT_EXCHANGE (NSE),
          TAPEFOLD_RISK_FREE_RATE (percent a year, 5), TAPEFOLD_CALENDAR (file),
          TAPEFOLD_LOG_LEVEL (debug, info, warning, error), TAPEFOLD_LOG_FORMAT (text, json)

        """

    enum Failure: Error, Equatable {
        case help
        case usage(String)
    }

    static func parse(arguments: [String], environment: [String: String]) throws(Failure) -> ReadAPIOptions {
        var values: [String: String] = [:]
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--help" || argument == "-h" { throw .help }
            let halves = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard let name = halves.first, ["--host", "--port", "--port-file"].contains(name) else {
                throw .usage("unknown argument \"\(argument)\"")
            }
            guard let value = halves.count > 1 ? halves[1] : rest.popFirst() else {
                throw .usage("\(name) needs a value")
            }
            values[name] = value
        }
        var options = ReadAPIOptions(service: try service(environment))
        if let host = values["--host"] ?? set(environment, "TAPEFOLD_HTTP_HOST") { options.host = host }
        if let text = values["--port"] ?? set(environment, "TAPEFOLD_HTTP_PORT") {
            guard let port = UInt16(text) else { throw .usage("port: \"\(text)\" is not a number from 0 to 65535") }
            options.port = port
        }
        options.portFile = values["--port-file"]
        return options
    }

    private static func service(_ environment: [String: String]) throws(Failure) -> ReadService.Configuration {
        let log: LogSettings
        do throws(SettingError) { log = try LogSettings.read { set(environment, $0) } } catch {
            throw .usage(error.reason)
        }
        let keys = set(environment, "TAPEFOLD_JWKS")
        let secret: TokenSecret?
        do throws(TokenSecretError) { secret = try TokenSecret.load(environment: environment) } catch {
            // Tokens of an identity provider need no secret of ours.
            guard error == .missing, keys != nil else { throw .usage("\(error)") }
            secret = nil
        }
        let database: PostgresConfiguration
        do throws(PostgresError) {
            database = try DatabaseSession.configuration(url: try databaseURL(environment))
        } catch {
            throw .usage(error.message)
        }
        do throws(CalendarError) { _ = try MarketSettings.load(environment) } catch { throw .usage(error.description) }
        var configuration = ReadService.Configuration(database: database, secret: secret)
        if let text = set(environment, AnalyticsSettings.riskFreeRateVariable) {
            guard let rate = AnalyticsSettings.rate(percent: text) else {
                throw .usage(
                    "\(AnalyticsSettings.riskFreeRateVariable): \"\(text)\" is not a percentage from -100 to 100, such as 6.5"
                )
            }
            configuration.analytics.riskFreeRate = rate
        }
        configuration.log = Log(log)
        configuration.keys = keys
        configuration.audience = TokenAudience.load(environment: environment)
        configuration.trustedProxies = list(environment, "TAPEFOLD_TRUSTED_PROXIES").map(IPAddressText.plain)
        try limitRates(&configuration.rateLimits, environment)
        try connect(&configuration, environment)
        if let exchange = set(environment, "TAPEFOLD_DEFAULT_EXCHANGE") {
            if let fault = EventText.exchange.fault(in: exchange) {
                throw .usage("TAPEFOLD_DEFAULT_EXCHANGE \(fault)")
            }
            configuration.defaultExchange = exchange
        }
        configuration.corsOrigins = try origins(environment)
        return configuration
    }

    /// As browsers send them in `Origin`: a scheme and a host, nothing behind.
    private static func origins(_ environment: [String: String]) throws(Failure) -> [String] {
        let name = "TAPEFOLD_CORS_ORIGINS"
        let origins = list(environment, name)
        for origin in origins where origin != "*" {
            let host = ["https://", "http://"].first { origin.hasPrefix($0) }.map { origin.dropFirst($0.count) } ?? ""
            guard !host.isEmpty, !host.contains("/") else {
                throw .usage(
                    "\(name): \"\(origin)\" is no origin: write https://host[:port], with commas between, or *")
            }
        }
        return origins
    }

    private static func list(_ environment: [String: String], _ name: String) -> [String] {
        (set(environment, name) ?? "").split(separator: ",").map { part in
            String(part.drop { $0 == " " }.prefix { $0 != " " })
        }
    }

    /// Requests a second; the burst is five times that. 0 takes the limit away.
    private static func limitRates(_ limits: inout RateLimits, _ environment: [String: String]) throws(Failure) {
        func rate(_ name: String) throws(Failure) -> RateLimit?? {
            guard let text = set(environment, name) else { return nil }
            guard let rate = Int(text), (0...1_000_000).contains(rate) else {
                throw .usage("\(name): \"\(text)\" is not a number of requests a second from 0 (no limit) to 1000000")
            }
            return .some(RateLimit(perSecond: rate, burst: rate * 5))
        }
        if let user = try rate("TAPEFOLD_RATE_LIMIT_USER") { limits.user = user }
        if let address = try rate("TAPEFOLD_RATE_LIMIT_ADDRESS") { limits.address = address }
        if let commands = try rate("TAPEFOLD_RATE_LIMIT_COMMANDS") { limits.commands = commands }
    }

    private static func connect(
        _ configuration: inout ReadService.Configuration, _ environment: [String: String]
    ) throws(Failure) {
        guard set(environment, "KAFKA_BROKERS") != nil else { return }
        do {
            configuration.kafka = try KafkaConfiguration.fromEnvironment(environment, clientId: "tapefold-read-api")
            configuration.topology = try Topology.inForce(environment: environment)
        } catch {
            throw .usage("\(error)")
        }
    }

    private static func databaseURL(_ environment: [String: String]) throws(PostgresError) -> String {
        if let url = set(environment, "DATABASE_URL") { return url }
        guard let path = set(environment, "DATABASE_URL_FILE") else {
            throw .usage(
                "DATABASE_URL is not set; set it to postgresql://user@host:port/database, or DATABASE_URL_FILE to a file that holds it"
            )
        }
        guard let file = fopen(path, "re") else {
            throw .usage("cannot read DATABASE_URL_FILE \(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 4_096)
        guard fgets(&line, Int32(line.count), file) != nil else { throw .usage("DATABASE_URL_FILE \(path) is empty") }
        let bytes = line.prefix { $0 != 0 && $0 != 10 && $0 != 13 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func set(_ environment: [String: String], _ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
