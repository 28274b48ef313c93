import Foundation

/// The limits of these tests, each with its unit in its name.
enum ProcessTestLimits {
    /// How long anything that will happen may take on a busy machine.
    static let waitSeconds = 180.0
    /// What a busy machine folds at the least, for tests that are given many events.
    static let slowestEventsPerSecond = 4_000
    static let pollMicroseconds: UInt32 = 20_000
    static let stopGraceMilliseconds = 15_000
    /// From SIGTERM to the exit: what design §4.6 allows, several times over, since a busy machine is no fault.
    static let shutdownMilliseconds = 40_000
    /// Below the default, so that the group notices a killed worker soon.
    static let sessionTimeoutMilliseconds = 6_000
    static let differencesNamed = 8
    /// Of each log that a failure shows.
    static let logTailLines = 12

    /// Events of the crash test, all of them sent while parts are killed.
    static let faultEvents = count("TAPEFOLD_FAULT_EVENTS", orElse: 500_000, onCI: 80_000)
    /// Enough that a rebuild of them can be caught in its bulk part.
    static let interruptedEvents = 150_000
    /// Records of the rebuild that is killed at 30, 60 and 90 %.
    static let replayedEvents = count("TAPEFOLD_REPLAY_EVENTS", orElse: 60_000, onCI: 60_000)
    /// Distinct books of the test of statements.
    static let coldKeys = count("TAPEFOLD_COLD_KEYS", orElse: 500_000, onCI: 100_000)

    /// Events of the simulated month, which is not run without.
    static let monthEvents = count("TAPEFOLD_MONTH_EVENTS", orElse: 0, onCI: 0)

    /// How long so many events may take.
    static func waitSeconds(for events: Int) -> Double { waitSeconds + Double(events / slowestEventsPerSecond) }

    /// Whether tests run whose size no environment can lessen: not where every minute counts.
    static let runsLargest = ProcessInfo.processInfo.environment["CI"] == nil

    private static func count(_ variable: String, orElse local: Int, onCI: Int) -> Int {
        let environment = ProcessInfo.processInfo.environment
        return environment[variable].flatMap(Int.init) ?? (environment["CI"] == nil ? local : onCI)
    }
}
