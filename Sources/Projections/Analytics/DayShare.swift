import Domain

/// A user's day on one exchange.
struct DayKey: Hashable, Sendable {
    @ExactText var userId: String
    let day: CivilDate
    let exchange: String
}

/// What one execution adds to the sums of one day.
final class DayShare: Sendable {
    let key: DayKey
    let sums: TradingSums

    init(key: DayKey, sums: TradingSums) {
        self.key = key
        self.sums = sums
    }
}
