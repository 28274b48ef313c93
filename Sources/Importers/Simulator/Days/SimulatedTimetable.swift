import Domain

/// Spreads a day's events over its hours: few before the open, many at the open and before the close, few in the
/// evening, when only commodities trade.
struct SimulatedTimetable {
    private struct Stretch {
        let start: Int64
        let end: Int64
        let weight: Int64
        /// Weighted microseconds of the day before this stretch.
        let before: Int64
    }

    let date: CivilDate
    let events: Int
    private var stretches: [Stretch] = []
    private let share: Int64

    /// - Parameter evening: the commodity exchange's close, nil where nothing is traded in the evening.
    init(_ session: SessionDay, evening: Timestamp?, events: Int) {
        date = session.tradingDay
        self.events = events
        let minute = Timestamp.microsecondsPerMinute
        let (open, close) = (session.open.microseconds, session.close.microseconds)
        let third = (close - open) / 3
        var total: Int64 = 0
        func add(_ start: Int64, _ end: Int64, _ weight: Int64, to list: inout [Stretch]) {
            guard end > start else { return }
            list.append(Stretch(start: start, end: end, weight: weight, before: total))
            total += (end - start) * weight
        }
        var list: [Stretch] = []
        add(session.preOpen.microseconds - 30 * minute, open, 1, to: &list)
        add(open, open + min(45 * minute, third), 10, to: &list)
        add(open + min(45 * minute, third), close - min(60 * minute, third), 4, to: &list)
        add(close - min(60 * minute, third), close, 8, to: &list)
        add(close, close + 30 * minute, 2, to: &list)
        if let evening { add(close + 30 * minute, evening.microseconds, 1, to: &list) }
        stretches = list
        share = max(1, total / Int64(max(1, events)))
    }

    var start: Timestamp { Timestamp(microseconds: stretches[0].start) }

    /// The moment of the day's event `number`, from 0: somewhere within its share of the day.
    func moment(_ number: Int, _ random: inout RandomSource) -> Timestamp {
        let place = Int64(number) * share + Int64(random.below(Int(share)))
        let stretch = stretches.last { $0.before <= place } ?? stretches[0]
        return Timestamp(microseconds: min(stretch.end - 1, stretch.start + (place - stretch.before) / stretch.weight))
    }
}
