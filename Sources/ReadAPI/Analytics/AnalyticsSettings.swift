import Domain
import Projections

/// What the figures depend on beside the rows.
struct AnalyticsSettings: Sendable {
    /// Percent a year, such as 5 or 6.75.
    static let riskFreeRateVariable = "TAPEFOLD_RISK_FREE_RATE"
    /// Of the payments that count where the caller names none.
    static let defaultCurrency = "INR"

    /// Of a year, as a fraction: 0.05 is 5 %.
    var riskFreeRate = ReturnFigures.defaultRiskFreeRate
    var calendar: ExchangeCalendar

    /// With this process's calendar, which must have been looked at before: traps when it can't be read.
    static let ofProcess = AnalyticsSettings(calendar: .ofProcess)

    /// Reads a percentage.
    /// - Returns: the fraction; nil when the text is no number from −100 to 100.
    static func rate(percent text: String) -> Double? {
        guard let value = Double(text), value.isFinite, abs(value) <= 100 else { return nil }
        return value / 100
    }
}
