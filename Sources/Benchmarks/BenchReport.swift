import Foundation

/// One figure beside its floor, both from the same run.
public struct BenchFigure: Codable, Sendable {
    public let name: String
    /// `events/s`, `ms`, `MB`.
    public let unit: String
    public let value: Double
    /// What the figure is held against, and its value in the same run.
    public let floorName: String?
    public let floor: Double?
    /// Value over floor.
    public var ratio: Double? { floor.flatMap { $0 > 0 ? value / $0 : nil } }
    /// What is wanted, in words.
    public let wanted: String
    public let isMet: Bool

    enum CodingKeys: String, CodingKey { case name, unit, value, floorName, floor, ratio, wanted, isMet }

    public init(
        _ name: String, _ value: Double, unit: String = "events/s", floor: (name: String, value: Double)? = nil,
        atLeast: Double? = nil, atMost: Double? = nil, ratioAtLeast: Double? = nil
    ) {
        self.name = name
        self.unit = unit
        self.value = value
        floorName = floor?.name
        self.floor = floor?.value
        var wishes: [String] = []
        var met = true
        if let ratioAtLeast, let floor {
            wishes.append("≥ \(ratioAtLeast) × floor")
            met = met && value >= ratioAtLeast * floor.value
        }
        if let atLeast {
            wishes.append("≥ \(Int(atLeast)) \(unit)")
            met = met && value >= atLeast
        }
        if let atMost {
            wishes.append("< \(Int(atMost)) \(unit)")
            met = met && value < atMost
        }
        wanted = wishes.joined(separator: " and ")
        isMet = met
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(String.self, forKey: .name)
        unit = try values.decode(String.self, forKey: .unit)
        value = try values.decode(Double.self, forKey: .value)
        floorName = try values.decodeIfPresent(String.self, forKey: .floorName)
        floor = try values.decodeIfPresent(Double.self, forKey: .floor)
        wanted = try values.decode(String.self, forKey: .wanted)
        isMet = try values.decode(Bool.self, forKey: .isMet)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(unit, forKey: .unit)
        try values.encode(value, forKey: .value)
        try values.encodeIfPresent(floorName, forKey: .floorName)
        try values.encodeIfPresent(floor, forKey: .floor)
        try values.encodeIfPresent(ratio, forKey: .ratio)
        try values.encode(wanted, forKey: .wanted)
        try values.encode(isMet, forKey: .isMet)
    }
}

/// All figures of one run.
public struct BenchReport: Codable, Sendable {
    public let commit: String
    public let date: String
    public let cores: Int
    public let events: Int
    public let users: Int
    public let symbols: Int
    public var figures: [BenchFigure]

    public var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// A table for people.
    public var markdown: String {
        var lines = [
            "# Bench of \(commit), \(date)", "",
            "\(events) events, \(users) users × \(symbols) symbols, \(cores) cores. Figures beside their floor are of the same run.",
            "", "| stage | value | floor | ratio | wanted | met |", "|---|---|---|---|---|---|",
        ]
        for figure in figures {
            let floor = figure.floor.map { "\(Self.number($0)) (\(figure.floorName ?? ""))" } ?? ""
            let ratio = figure.ratio.map { String(format: "%.2f", $0) } ?? ""
            let met = figure.wanted.isEmpty ? "" : figure.isMet ? "yes" : "no"
            lines.append(
                "| \(figure.name) | \(Self.number(figure.value)) \(figure.unit) | \(floor) | \(ratio) | \(figure.wanted) | \(met) |"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func number(_ value: Double) -> String {
        value >= 1_000 ? String(format: "%.0f", value) : String(format: "%.1f", value)
    }
}
