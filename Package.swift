// swift-tools-version: 6.2

import PackageDescription

/// Every Swift target is built in Swift 6 mode, with warnings as errors.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    // Each class on the hot path belongs to one thread; checking every access at run time cost a tenth of a rebuild.
    // Debug builds keep the checks.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

func module(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [], linking: [LinkerSetting] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict, linkerSettings: linking)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Sources/Executables/\(name)",
        swiftSettings: strict)
}

/// A program of examples/, as a user of this package would write it.
func example(_ name: String, exclude: [String] = []) -> Target {
    .executableTarget(
        name: name, dependencies: ["Domain", "Events", "Projections", "Engine", "CommandLineTool"],
        path: "examples/\(name)", exclude: exclude, swiftSettings: strict)
}

/// Tests are not optimized in release builds either: that took half of their build. What they test is.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies + ["TestKit"], path: "Tests/\(name)Tests",
        exclude: exclude, swiftSettings: strict + [.unsafeFlags(["-Onone"], .when(configuration: .release))])
}

let package = Package(
    name: "tapefold",
    products: [
        // For views of one's own: folds and events, the worker, the command line.
        .library(name: "Tapefold", targets: ["Domain", "Events", "Projections", "Engine", "CommandLineTool"]),
        // For their tests.
        .library(name: "TapefoldTestKit", targets: ["TestKit"]),
    ],
    targets: [
        .systemLibrary(
            name: "CLibrdkafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CMicrohttpd", pkgConfig: "libmicrohttpd",
            providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CWslay", providers: [.apt(["libwslay-dev"])]),
        .systemLibrary(name: "CIsal", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
        .systemLibrary(
            name: "CXxhash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CCrypt"),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CMemory"),
        // How the command line's heap is set up: a variable that jemalloc looks for.
        .target(name: "CHeapSettings"),
        .target(
            name: "CSimdjson",
            cxxSettings: [.unsafeFlags(["-O3"])],
            linkerSettings: [.linkedLibrary("simdjson")]),

        module("Domain"),
        module("Events", ["Domain", "CSimdjson", "CXxhash"]),
        module("Projections", ["Domain", "Events", "CMemory"]),
        module("Kafka", ["CLibrdkafka"]),
        module("Postgres", ["CLibpq"]),
        module("HTTPServing", ["CMicrohttpd"]),
        module("Telemetry", ["Domain", "HTTPServing"]),
        module(
            "Engine", ["Domain", "Events", "Projections", "Kafka", "Postgres", "Telemetry"],
            // In place of the C library's heap; sanitizers, which bring their own, build for debugging.
            linking: [.linkedLibrary("jemalloc", .when(configuration: .release))]),
        module(
            "ReadAPI",
            [
                "Domain", "Events", "Projections", "Engine", "Kafka", "Postgres", "Importers", "HTTPServing",
                "Telemetry", "CMicrohttpd", "COpenSSL", "CCrypt", "CCurl", "CLinux", "CWslay", "CXxhash",
            ], exclude: ["Dashboard/Assets"]),
        module(
            "Delivery",
            ["Domain", "Events", "Projections", "Kafka", "Postgres", "Engine", "Telemetry", "CCurl", "COpenSSL"]),
        module("EmbeddedBroker", ["Telemetry", "CIsal", "CLinux"]),
        module("Importers", ["Domain", "Events"]),
        module("TestKit", ["Domain", "Events", "Projections"]),
        module("Simulation", ["Domain", "Events", "Projections", "Kafka", "Postgres", "Engine", "TestKit"]),
        module("Supervision", ["Postgres", "CLinux"]),
        module(
            "Benchmarks",
            [
                "Domain", "Events", "Projections", "Engine", "Kafka", "Postgres", "Importers", "Supervision",
                "HTTPServing", "ReadAPI", "CLinux",
            ]),
        module(
            "CommandLineTool",
            [
                "Domain", "Events", "Projections", "Engine", "Kafka", "Postgres", "Importers", "Supervision", "ReadAPI",
                "Telemetry", "Benchmarks", "CHeapSettings",
            ]),

        program("market-processor", ["Engine"]),
        program("positions-processor", ["Engine"]),
        program("orders-processor", ["Engine"]),
        program("notifications-processor", ["Delivery"]),
        program("cash-processor", ["Engine"]),
        program("cart-processor", ["Engine"]),
        program("alerts-processor", ["Engine"]),
        program("analytics-processor", ["Engine"]),
        program("read-api", ["ReadAPI"]),
        program("embedded-broker", ["EmbeddedBroker"]),
        program("tapefold", ["CommandLineTool"]),
        program("fault-simulator", ["Simulation"]),

        example("custom-view", exclude: ["README.md", "topology.json"]),
        example("custom-view-fold-2"),

        tests("Domain", ["Domain"]),
        tests("Events", ["Events"], exclude: ["judge"]),
        tests("Projections", ["Domain", "Events", "Projections", "Engine", "Importers"]),
        tests("Kafka", ["Kafka", "Supervision"]),
        tests("Postgres", ["Postgres", "Supervision"]),
        tests(
            "Engine", ["Domain", "Engine", "Events", "Kafka", "Postgres", "Projections", "Supervision", "Telemetry"]),
        tests("Simulation", ["Simulation", "Engine", "Events", "Kafka", "Postgres", "Projections", "Supervision"]),
        tests("Telemetry", ["Telemetry", "HTTPServing"], exclude: ["judge"]),
        tests(
            "ReadAPI",
            [
                "ReadAPI", "HTTPServing", "Supervision", "Domain", "Events", "Projections", "Postgres", "Engine",
                "Kafka",
            ],
            exclude: ["judge"]),
        tests("Delivery", ["Delivery", "Domain", "Events"]),
        tests("EmbeddedBroker", ["EmbeddedBroker", "Kafka", "Supervision", "Telemetry"], exclude: ["clients"]),
        tests("Importers", ["Domain", "Events", "Importers"]),
        tests("Example", ["custom-view", "custom-view-fold-2", "Domain", "Events", "Projections", "Engine"]),
        tests(
            "Process",
            [
                "Domain", "Events", "Projections", "Kafka", "Postgres", "Engine", "Importers", "Supervision",
                "CommandLineTool",
            ], exclude: ["receivers", "http", "Browser"]),
    ],
    cxxLanguageStandard: .cxx17
)

// Builds of some test targets only, as for the sanitizers, take half the time: TAPEFOLD_TESTS=Kafka,Postgres.
if let chosen = Context.environment["TAPEFOLD_TESTS"]?.split(separator: ",") {
    package.targets.removeAll { target in target.isTest && !chosen.contains { "\($0)Tests" == target.name } }
}
