/// Records a second over the readings of the last while. A rate needs two readings: none is made up from one.
struct RateWindow {
    private let spanMilliseconds: Int
    private var readings: [(milliseconds: Int, count: Int64)] = []

    init(spanMilliseconds: Int = CommandLineLimits.rateWindowMilliseconds) {
        self.spanMilliseconds = spanMilliseconds
    }

    /// - Parameter milliseconds: of a clock that never goes back.
    mutating func note(_ count: Int64, at milliseconds: Int) {
        // A smaller count is another build's, or another log's: what came before says nothing of it.
        if let last = readings.last, count < last.count { readings = [] }
        readings.append((milliseconds, count))
        // The first one outside of the span stays, so that the span is covered.
        while readings.count > 2, readings[1].milliseconds <= milliseconds - spanMilliseconds { readings.removeFirst() }
    }

    var perSecond: Double? {
        guard let first = readings.first, let last = readings.last, last.milliseconds > first.milliseconds else {
            return nil
        }
        return Double(last.count - first.count) * 1_000 / Double(last.milliseconds - first.milliseconds)
    }
}
