/// The periods that figures are told for. Each is named by its first day.
public enum Granularity: String, CaseIterable, Sendable {
    case day, week, month, year

    /// The first day of the period that `day` lies in; a week begins on Monday.
    public func start(of day: CivilDate) -> CivilDate {
        switch self {
        case .day: return day
        case .week: return day.adding(days: 1 - day.weekday.rawValue)
        case .month: return day.adding(days: 1 - day.day)
        case .year: return CivilDate(year: day.year, month: 1, day: 1) ?? day
        }
    }
}
