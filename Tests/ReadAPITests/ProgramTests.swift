import Glibc
import Testing

@testable import ReadAPI

/// The command line and the environment.
@Suite struct ProgramTests {
    private static let good = [
        "DATABASE_URL": "postgresql://me:hidden@db.example:5433/views",
        "TAPEFOLD_JWT_SECRET": TestAPI.secretText,
    ]

    private func parse(_ arguments: [String], _ environment: [String: String] = good) throws -> ReadAPIOptions {
        try ReadAPIOptions.parse(arguments: arguments, environment: environment)
    }

    @Test func argumentsComeBeforeTheEnvironment() throws {
        let environment = Self.good.merging(
            [
                "TAPEFOLD_HTTP_PORT": "1234", "TAPEFOLD_CORS_ORIGINS": "https://a.example, https://b.example",
                "TAPEFOLD_DEFAULT_EXCHANGE": "BSE", "TAPEFOLD_LOG_LEVEL": "WARNING",
            ]
        ) { $1 }
        let options = try parse(["--host", "0.0.0.0", "--port-file=/tmp/x"], environment)
        #expect(options.host == "0.0.0.0")
        #expect(options.port == 1234)
        #expect(options.portFile == "/tmp/x")
        #expect(options.service.corsOrigins == ["https://a.example", "https://b.example"])
        #expect(options.service.defaultExchange == "BSE")
        #expect(options.service.log.settings.level == .warning)
        #expect(try parse(["--port", "0"], environment).port == 0)
        #expect(try parse([]).port == 8080)
        #expect("\(options.service.database)" == "me@db.example:5433/views")
    }

    @Test(
        arguments: [
            (["--port", "x"], [:], "port: \"x\" is not a number from 0 to 65535"),
            (["--port", "70000"], [:], "port: \"70000\" is not a number from 0 to 65535"),
            (["--port"], [:], "--port needs a value"), (["serve"], [:], "unknown argument \"serve\""),
            (
                [], ["TAPEFOLD_LOG_LEVEL": "loud"],
                "TAPEFOLD_LOG_LEVEL: \"loud\" is not one of debug, info, warning, error"
            ),
            (
                [], ["TAPEFOLD_DEFAULT_EXCHANGE": "n@"],
                "TAPEFOLD_DEFAULT_EXCHANGE must be A-Z, 0-9 and _, a letter first, as NSE, not \"n@\""
            ),
            (
                [], ["TAPEFOLD_CORS_ORIGINS": "https://a.example,b.example"],
                "TAPEFOLD_CORS_ORIGINS: \"b.example\" is no origin: write https://host[:port], with commas between, or *"
            ),
            ([], ["TAPEFOLD_TICKS": "of"], "TAPEFOLD_TICKS: \"of\" is neither on nor off"),
            ([], ["TAPEFOLD_JWT_SECRET": ""], "\(TokenSecretError.missing)"),
            ([], ["TAPEFOLD_JWT_SECRET": "short"], "\(TokenSecretError.tooShort(bytes: 5))"),
            (
                [], ["DATABASE_URL": "nonsense://x"],
                "DATABASE_URL is not a valid connection string; expected postgresql://user:password@host:port/database"
            ),
        ] as [([String], [String: String], String)])
    func mistakesAreSaid(_ arguments: [String], _ changes: [String: String], _ message: String) {
        #expect(throws: ReadAPIOptions.Failure.usage(message)) {
            try parse(arguments, Self.good.merging(changes) { $1 })
        }
    }

    @Test func exitCodes() throws {
        #expect(ReadAPIProgram.run(arguments: ["--nonsense"], environment: Self.good) == 2)
        #expect(ReadAPIProgram.run(arguments: [], environment: [:]) == 2)
    }

    @Test func secretsMayComeFromFiles() throws {
        let path = "/tmp/tapefold-url-\(getpid())"
        defer { unlink(path) }
        let file = try #require(fopen(path, "w"))
        fputs("postgresql://you@127.0.0.1:1/x\n", file)
        fclose(file)
        let options = try parse(
            [], ["DATABASE_URL_FILE": path, "TAPEFOLD_JWT_SECRET": TestAPI.secretText])
        #expect("\(options.service.database)" == "you@127.0.0.1:1/x")
    }
}
