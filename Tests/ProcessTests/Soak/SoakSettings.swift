import Foundation

/// What a soak is asked for, from the environment; nil where none is asked for.
struct SoakSettings: Codable, Sendable {
    var minutes: Double
    var seed: UInt64
    var eventsPerSecond: Int

    static let largeFaultSeconds = 15.0
    static let smallFaultSeconds = 3.0
    /// Traffic goes on for so long after the last fault.
    static let quietSeconds = 30.0
    static let lagBoundSeconds = 30.0
    /// When the database is killed whatever the seed, in parts of the time that faults are made in.
    static let databaseKills = [0.45, 0.8]
    static let duplicatesPerMille = 20
    static let outOfOrderPerMille = 20
    static let misplacedPerMille = 5
    /// Of a thousand trades.
    static let correctedPerMille = 10
    static let paidPerMille = 10
    static let cartPerMille = 20
    static let rulesPerMille = 1
    static let users = 2_000
    static let symbols = 40
    static let copies = 2
    static let views = ["positions", "orders", "market", "analytics", "cash", "cart"]
    static let sampleSeconds = 1.0
    /// Resident memory in the last quarter of a soak over that before, each the greatest of its time. Both have an outage of
    /// the database: what a worker takes to catch up, and keeps for the next time, is as much after one as after two.
    static let memoryGrowthRatio = 1.1
    static let memoryGrowthMebibytes = 8
    /// The peak, a backlog's catch-up included: what a worker may take whatever the log's length.
    static let memoryBoundMebibytes = 300

    static let asked: SoakSettings? = {
        let environment = ProcessInfo.processInfo.environment
        guard let minutes = environment["TAPEFOLD_SOAK_MINUTES"].flatMap(Double.init), minutes > 0 else { return nil }
        return SoakSettings(
            minutes: minutes,
            seed: environment["TAPEFOLD_SOAK_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...999_999),
            eventsPerSecond: environment["TAPEFOLD_SOAK_EVENTS_PER_SECOND"].flatMap(Int.init) ?? 5_000)
    }()

    /// Where the report goes besides the standard output.
    var reportPath: String {
        ProcessInfo.processInfo.environment["TAPEFOLD_SOAK_REPORT"] ?? ".build/soak/soak-\(seed).json"
    }

    var seconds: Double { minutes * 60 }
    var events: Int { Int(seconds * Double(eventsPerSecond)) }
}
