/// For how long a feed has said nothing while it should have: a connection that stands and brings no ticks looks healthy
/// to everything else.
public enum FeedSilence {
    /// Microseconds since the last tick, or since the open where that is later; nil outside of the exchange's session,
    /// when silence is as it should be.
    ///
    /// The continuous session counts, from open to close: before and behind it ticks may or may not come.
    public static func microseconds(
        since last: Timestamp?, now: Timestamp, schedule: ExchangeSchedule
    ) -> Int64? {
        guard let session = schedule.session(on: schedule.tradingDay(at: now)), now >= session.open, now < session.close
        else { return nil }
        return max(0, now.microseconds - max(last ?? session.open, session.open).microseconds)
    }
}
