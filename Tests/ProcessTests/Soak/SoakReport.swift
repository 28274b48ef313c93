import Foundation

/// What a soak found, as a table and as JSON.
struct SoakReport: Codable {
    var settings: SoakSettings
    var schedule: [String]
    var faults: [String: Int] = [:]
    var seconds = 0.0
    var eventsSent = 0
    var eventsPerSecond = 0
    var recordsMisplaced = 0
    var recordsProducedAgain = 0
    var acknowledgedAndLost = 0
    var recordsUnknown = 0
    /// What views gave rise to, in topics that views fold.
    var recordsOfViews = 0
    /// From the last fault until each view was less than a second of traffic behind.
    var caughtUpSeconds: [String: Double] = [:]
    /// From the end of the traffic until no view lagged.
    var lagZeroSeconds = 0.0
    var differences: [String] = []
    var rowsCompared = false
    var parked = 0
    /// What some of them are, and why.
    var parkedReasons: [String] = []
    var complaints: [String] = []
    var notifications: SoakNotifications?
    var memory: [SoakSamples.Program] = []

    func print() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let path = URL(filePath: settings.reportPath)
        try FileManager.default.createDirectory(
            at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try encoder.encode(self).write(to: path)
        Swift.print(table + "\nreport: \(settings.reportPath)")
    }

    var table: String {
        var rows: [(String, String)] = [
            ("seed", "\(settings.seed)"), ("minutes", "\(settings.minutes)"),
            ("faults", "\(faults.values.reduce(0, +)): " + Self.list(faults)),
            ("events sent", "\(eventsSent), \(eventsPerSecond)/s"),
            ("misplaced", "\(recordsMisplaced) records, \(recordsProducedAgain) produced again more than once"),
            ("acknowledged and lost", "\(acknowledgedAndLost)"), ("records of nobody", "\(recordsUnknown)"),
            ("records of views", "\(recordsOfViews)"),
            ("within 1 s of the log after", Self.list(caughtUpSeconds.mapValues { "\(Self.round($0)) s" })),
            ("lag 0 after the traffic", "\(Self.round(lagZeroSeconds)) s"),
            ("differences from the oracles", "\(rowsCompared ? "\(differences.count)" : "not compared")"),
            ("parked", "\(parked)"), ("errors in logs", "\(complaints.count)"),
        ]
        if let notifications {
            rows.append(
                (
                    "notifications",
                    "\(notifications.told) told, \(notifications.missing) missing, \(notifications.doubled) doubled, "
                        + "\(notifications.repeated) repeated under their id"
                ))
        } else {
            rows.append(("notifications", "not compared"))
        }
        for program in memory {
            rows.append(
                (
                    "MiB of \(program.name)",
                    "\(program.before) until the last quarter, \(program.lastQuarter) in it, "
                        + "peak \(program.peak) at \(program.peakSecond) s"
                ))
        }
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { $0.0 + String(repeating: " ", count: width - $0.0.count + 2) + $0.1 }.joined(separator: "\n")
    }

    private static func round(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    private static func list<Value>(_ values: [String: Value]) -> String {
        values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}
