import Foundation

/// Resident memory of processes over time.
struct SoakSamples {
    struct Program: Codable {
        var name: String
        /// In mebibytes, the greatest of all copies: in the first half of the time, in the second half.
        var firstHalf: Int
        var secondHalf: Int
        /// When it was greatest.
        var peakSecond: Int
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

    func programs(until end: Double) -> [Program] {
        samples.map { name, all in
            func greatest(_ part: [(second: Double, kibibytes: Int)]) -> Int {
                (part.map(\.kibibytes).max() ?? 0) / 1_024
            }
            return Program(
                name: name, firstHalf: greatest(all.filter { $0.second < end / 2 }),
                secondHalf: greatest(all.filter { $0.second >= end / 2 }),
                peakSecond: Int(all.max { $0.kibibytes < $1.kibibytes }?.second ?? 0))
        }.sorted { $0.name < $1.name }
    }
}
