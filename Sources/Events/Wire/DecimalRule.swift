import Domain

/// Which decimals a field takes, all strictly within ±``EventsLimits/exclusiveDecimalLimit``.
enum DecimalRule {
    case positive
    case notNegative
    case any

    var wording: String {
        let limit = EventsLimits.exclusiveDecimalLimit
        return switch self {
        case .positive: "greater than 0 and less than \(limit)"
        case .notNegative: "0 or more and less than \(limit)"
        case .any: "between -\(limit) and \(limit)"
        }
    }

    static let exclusiveLimitUnits = EventsLimits.exclusiveDecimalLimit * Fixed8.unitsPerOne

    @inline(__always)
    func admits(_ value: Fixed8) -> Bool {
        switch self {
        case .positive: value.units > 0 && value.units < Self.exclusiveLimitUnits
        case .notNegative: value.units >= 0 && value.units < Self.exclusiveLimitUnits
        case .any: value.units > -Self.exclusiveLimitUnits && value.units < Self.exclusiveLimitUnits
        }
    }
}
