import Foundation

/// Resident memory of processes over time.
struct SoakSamples {
    struct Program: Codable {
        var name: String
        /// In mebibytes, the median of all copies: in the third quarter of the time, in the last one. Before, caches fill;
        /// an outage's backlog in memory lifts a peak, only a leak lifts a median.
        var thirdQuarter: Int
        var lastQuarter: Int
        /// The greatest of any copy, and when.
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

    private static let spanSeconds = 10.0

    func programs(until end: Double) -> [Program] {
        samples.map { name, all in
            let peak = all.max { $0.kibibytes < $1.kibibytes }
            return Program(
                name: name,
                thirdQuarter: Self.median(all.filter { (0.5..<0.75).contains($0.second / end) }),
                lastQuarter: Self.median(all.filter { $0.second / end >= 0.75 }), peak: (peak?.kibibytes ?? 0) / 1_024,
                peakSecond: Int(peak?.second ?? 0), series: Self.series(all))
        }.sorted { $0.name < $1.name }
    }

    private static func median(_ part: [(second: Double, kibibytes: Int)]) -> Int {
        let sorted = part.map(\.kibibytes).sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2] / 1_024
    }

    private static func series(_ all: [(second: Double, kibibytes: Int)]) -> [Int] {
        let spans = Dictionary(grouping: all) { Int($0.second / spanSeconds) }
        return (0...(spans.keys.max() ?? 0)).map { (spans[$0]?.map(\.kibibytes).max() ?? 0) / 1_024 }
    }
}
