import Foundation

/// Resident memory of processes over time.
struct SoakSamples {
    struct Program: Codable {
        var name: String
        /// In mebibytes, the greatest of any copy: until the last quarter of the time, an outage and what came of its
        /// backlog included, and in the last quarter, where there is another.
        var before: Int
        var lastQuarter: Int
        /// The greatest of the whole time, and when.
        var peak: Int
        var peakSecond: Int
        /// The greatest in each span of ``spanSeconds``, for those who look for a cause.
        var series: [Int]
    }

    private var samples: [String: [(second: Double, kibibytes: Int)]] = [:]

    mutating func take(_ processes: [(name: String, pid: pid_t)], at second: Double) {
        for (name, pid) in processes {
            guard let kibibytes = Self.resident(pid) else { continue }
            let program = name.split(separator: "-").dropLast().joined(separator: "-")
            samples[name == "embedded-broker" ? name : program, default: []].append((second, kibibytes))
        }
    }

    private static func resident(_ pid: pid_t) -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") })
        else { return nil }
        return Int(line.split(whereSeparator: { $0 == " " || $0 == "\t" })[1])
    }

    private static let lastQuarterBegins = 0.75
    private static let spanSeconds = 10.0

    func programs(until end: Double) -> [Program] {
        samples.map { name, all in
            let peak = all.max { $0.kibibytes < $1.kibibytes }
            return Program(
                name: name,
                before: Self.greatest(all.filter { $0.second < end * Self.lastQuarterBegins }),
                lastQuarter: Self.greatest(all.filter { $0.second >= end * Self.lastQuarterBegins }),
                peak: Self.greatest(all), peakSecond: Int(peak?.second ?? 0), series: Self.series(all))
        }.sorted { $0.name < $1.name }
    }

    private static func greatest(_ part: [(second: Double, kibibytes: Int)]) -> Int {
        (part.map(\.kibibytes).max() ?? 0) / 1_024
    }

    private static func series(_ all: [(second: Double, kibibytes: Int)]) -> [Int] {
        let spans = Dictionary(grouping: all) { Int($0.second / spanSeconds) }
        return (0...(spans.keys.max() ?? 0)).map { (spans[$0]?.map(\.kibibytes).max() ?? 0) / 1_024 }
    }
}
