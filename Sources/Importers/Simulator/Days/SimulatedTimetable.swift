import Domain

/// Spreads a day's events over its hours: few before the open, many at the open and before the close, few in the
/// evening, when only commodities trade. Hours without trade hold no more events than people have things to do.
struct SimulatedTimetable {
    private struct Hours {
        let start: Int64
        let end: Int64
        let weight: Int64
        var isQuiet = false

        var weighted: Int64 { max(0, end - start) * weight }
    }

    private struct Stretch {
        let start: Int64
        let end: Int64
        let weight: Int64
        /// Weighted microseconds of the day before this stretch.
        let before: Int64
    }

    /// Keeps a day's weighted microseconds far inside of 64 bits.
    private static let mostTimesBusier: Int64 = 100_000

    let date: CivilDate
    let events: Int
    private var stretches: [Stretch] = []
    private let share: Int64

    /// - Parameters:
    ///   - evening: the commodity exchange's close, nil where nothing is traded in the evening.
    ///   - quietEvents: about so many at most while nothing is traded.
    init(_ session: SessionDay, evening: Timestamp?, events: Int, quietEvents: Int) {
        date = session.tradingDay
        self.events = events
        let hours = Self.hours(session, evening: evening)
        let busier = Self.busier(hours, Int64(events), Int64(max(1, quietEvents)))
        var total: Int64 = 0
        for part in hours where part.end > part.start {
            let weight = part.isQuiet ? part.weight : part.weight * busier
            stretches.append(Stretch(start: part.start, end: part.end, weight: weight, before: total))
            total += (part.end - part.start) * weight
        }
        share = max(1, total / Int64(max(1, events)))
    }

    private static func hours(_ session: SessionDay, evening: Timestamp?) -> [Hours] {
        let minute = Timestamp.microsecondsPerMinute
        let (open, close) = (session.open.microseconds, session.close.microseconds)
        let third = (close - open) / 3
        let (morning, afternoon) = (open + min(45 * minute, third), close - min(60 * minute, third))
        let later = close + 30 * minute
        return [
            Hours(start: session.preOpen.microseconds - 30 * minute, end: open, weight: 1, isQuiet: true),
            Hours(start: open, end: morning, weight: 10),
            Hours(start: morning, end: afternoon, weight: 4),
            Hours(start: afternoon, end: close, weight: 8),
            Hours(start: close, end: later, weight: 2, isQuiet: evening == nil),
            Hours(start: later, end: evening?.microseconds ?? later, weight: 1),
        ]
    }

    /// How many times as busy the other hours have to be for the quiet ones to hold `most` of the events.
    private static func busier(_ hours: [Hours], _ events: Int64, _ most: Int64) -> Int64 {
        let quiet = hours.filter(\.isQuiet).reduce(0) { $0 + $1.weighted }
        let busy = hours.reduce(0) { $0 + $1.weighted } - quiet
        guard events > most, busy > 0 else { return 1 }
        let wanted = Int128(quiet) * Int128(events - most)
        let each = Int128(busy) * Int128(most)
        return min(Self.mostTimesBusier, Int64(clamping: (wanted + each - 1) / each))
    }

    var start: Timestamp { Timestamp(microseconds: stretches[0].start) }

    /// The moment of the day's event `number`, from 0: somewhere within its share of the day.
    func moment(_ number: Int, _ random: inout RandomSource) -> Timestamp {
        let place = Int64(number) * share + Int64(random.below(Int(share)))
        let stretch = stretches.last { $0.before <= place } ?? stretches[0]
        return Timestamp(microseconds: min(stretch.end - 1, stretch.start + (place - stretch.before) / stretch.weight))
    }
}
