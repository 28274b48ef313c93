/// Opens connections to one database, patiently where that helps.
public struct PostgresConnector: Sendable {
    public let configuration: PostgresConfiguration

    public init(_ configuration: PostgresConfiguration) { self.configuration = configuration }

    public func connect() throws(PostgresError) -> PostgresConnection {
        try PostgresConnection.connect(configuration)
    }

    /// Tries until it succeeds, with pauses that double from 50 ms to 2 s; nil when `shouldStop` became true.
    ///
    /// `shouldStop` is asked about ten times a second. `onRetry` hears each failure with the number of tries so far
    /// and the pause to come. Throws only what trying again cannot mend: a refused log-in, a missing database.
    public func connectRetrying(
        until shouldStop: () -> Bool,
        onRetry: (PostgresError, _ tries: Int, _ pauseMilliseconds: Int) -> Void = { _, _, _ in }
    ) throws(PostgresError) -> PostgresConnection? {
        var pause = PostgresLimits.reconnectFirstDelayMilliseconds
        var tries = 0
        while !shouldStop() {
            do throws(PostgresError) {
                return try PostgresConnection.connect(configuration, shouldStop: shouldStop)
            } catch {
                if shouldStop() { return nil }
                guard error.isRetriable else { throw error }
                tries += 1
                onRetry(error, tries, pause)
            }
            Self.wait(milliseconds: pause, unless: shouldStop)
            pause = min(pause * 2, PostgresLimits.reconnectMaximumDelayMilliseconds)
        }
        return nil
    }

    private static func wait(milliseconds: Int, unless shouldStop: () -> Bool) {
        let end = MonotonicClock.milliseconds + Int64(milliseconds)
        while !shouldStop() {
            let left = Int(end - MonotonicClock.milliseconds)
            if left <= 0 { return }
            MonotonicClock.sleep(milliseconds: min(left, PostgresLimits.connectPollSliceMilliseconds))
        }
    }
}
