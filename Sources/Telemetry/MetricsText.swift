/// Prometheus' text format, version 0.0.4: families with HELP and TYPE, each sample under the family before it.
public struct MetricsText: Sendable {
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    public enum Kind: String, Sendable {
        case counter
        case gauge
    }

    /// Names and values of a sample's labels, in the order they are written.
    public typealias Labels = KeyValuePairs<String, String>

    private var families: [MetricsFamily] = []
    private var places: [String: Int] = [:]

    public init() {}

    /// All families, in the order in which they were first named.
    public var text: String { families.reduce(into: "") { $0 += $1.text } }

    /// A family with the samples that `body` adds; a family without any is still announced. One that several parts of a
    /// process add to, each with labels of its own, is announced once.
    public mutating func family(
        _ name: String, _ kind: Kind, _ help: String, _ body: (inout MetricsFamily) -> Void
    ) {
        body(&families[place(name, kind.rawValue, help)])
    }

    /// A family of one sample without labels.
    public mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
        family(name, kind, help) { $0.sample([:], value) }
    }

    public mutating func histograms(_ name: String, _ help: String, _ series: [(labels: Labels, Histogram)]) {
        let place = place(name, "histogram", help)
        for (labels, histogram) in series { families[place].histogram(labels, histogram) }
    }

    private mutating func place(_ name: String, _ type: String, _ help: String) -> Int {
        if let known = places[name] { return known }
        let help = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        places[name] = families.count
        families.append(MetricsFamily(name: name, text: "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"))
        return families.count - 1
    }
}

/// The samples of one family.
public struct MetricsFamily: Sendable {
    fileprivate let name: String
    fileprivate var text: String

    fileprivate init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    public mutating func sample(_ labels: MetricsText.Labels, _ value: Int) {
        line(name, labels, "\(value)")
    }

    /// A value with a part of a millionth, such as microseconds given in seconds.
    public mutating func sample(_ labels: MetricsText.Labels, millionths: Int64) {
        line(name, labels, Self.decimal(millionths, digits: 6))
    }

    fileprivate mutating func histogram(_ labels: MetricsText.Labels, _ histogram: Histogram) {
        let reading = histogram.reading
        let digits = histogram.unit == .nanoseconds ? 9 : 0
        var below = 0
        for (bound, count) in zip(histogram.bounds, reading.counts) {
            below += count
            line("\(name)_bucket", labels, "\(below)", bound: Self.decimal(Int64(bound), digits: digits))
        }
        line("\(name)_bucket", labels, "\(reading.count)", bound: "+Inf")
        line("\(name)_sum", labels, Self.decimal(Int64(reading.sum), digits: digits))
        line("\(name)_count", labels, "\(reading.count)")
    }

    private mutating func line(_ name: String, _ labels: MetricsText.Labels, _ value: String, bound: String? = nil) {
        var parts = labels.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }
        if let bound { parts.append("le=\"\(bound)\"") }
        text += parts.isEmpty ? "\(name) \(value)\n" : "\(name){\(parts.joined(separator: ","))} \(value)\n"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    /// `value` / 10^`digits`, exactly.
    static func decimal(_ value: Int64, digits: Int) -> String {
        guard digits > 0 else { return "\(value)" }
        var text = String(value.magnitude)
        text = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        var fraction = text.suffix(digits)
        while fraction.last == "0" { fraction.removeLast() }
        let whole = text.dropLast(digits)
        return (value < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
    }
}
