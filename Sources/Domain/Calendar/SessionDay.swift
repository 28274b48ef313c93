/// One trading day of an exchange. Ticks from `preOpen` belong to its first minute, ticks from `close` until before
/// `cutOff` to its last; whatever lies outside belongs to no candle.
@frozen
public struct SessionDay: Hashable, Sendable {
    /// The local day that the session is named after.
    public let tradingDay: CivilDate
    public let preOpen: Timestamp
    public let open: Timestamp
    public let close: Timestamp
    public let cutOff: Timestamp

    /// Needs preOpen ≤ open < close ≤ cutOff.
    @inlinable
    public init(tradingDay: CivilDate, preOpen: Timestamp, open: Timestamp, close: Timestamp, cutOff: Timestamp) {
        self.tradingDay = tradingDay
        self.preOpen = preOpen
        self.open = open
        self.close = close
        self.cutOff = cutOff
    }

    /// Whether a tick at `time` belongs to this day.
    @inlinable
    public func contains(_ time: Timestamp) -> Bool { time >= preOpen && time < cutOff }

    /// Minutes from open to close; a last one cut short counts.
    @inlinable
    public var minuteCount: Int {
        Int(
            (close.microseconds - open.microseconds + Timestamp.microsecondsPerMinute - 1)
                / Timestamp.microsecondsPerMinute)
    }

    /// The minute, counted from the open, that a tick at `time` belongs to; `nil` outside the day.
    @inlinable
    public func minute(at time: Timestamp) -> Int? {
        guard contains(time) else { return nil }
        if time < open { return 0 }
        let last = time < close ? time.microseconds : close.microseconds - 1
        return Int((last - open.microseconds) / Timestamp.microsecondsPerMinute)
    }
}
