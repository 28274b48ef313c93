/// When to try again: pauses double, and half of each is left to chance, so that what failed together does not come
/// back together.
struct RetryPolicy: Sendable {
    var firstPauseMilliseconds = DeliveryLimits.firstPauseMilliseconds
    var longestPauseMilliseconds = DeliveryLimits.longestPauseMilliseconds
    var attempts = DeliveryLimits.attempts

    /// The pause after attempt number `attempt`, from 1; nil when it was the last.
    /// - Parameter asked: what the receiver asked for, in seconds; never less than it, within a day.
    func pauseMilliseconds(
        after attempt: Int, asked: Int? = nil, using random: inout some RandomNumberGenerator
    ) -> Int? {
        guard attempt < attempts else { return nil }
        let doublings = min(attempt - 1, 30)
        let (product, overflowed) = firstPauseMilliseconds.multipliedReportingOverflow(by: 1 << doublings)
        let full = overflowed ? longestPauseMilliseconds : min(product, longestPauseMilliseconds)
        let pause = full / 2 + Int.random(in: 0...max(1, full - full / 2), using: &random)
        let wanted = min(asked ?? 0, DeliveryLimits.retryAfterSeconds) * 1_000
        return max(pause, wanted)
    }
}
