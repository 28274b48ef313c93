import Synchronization

/// Holds lanes together to so many events a second.
final class Pace: Sendable {
    private let eventsPerSecond: Int
    /// Until when the events so far would have taken at that rate.
    private let due = Mutex(ContinuousClock.now)

    init?(eventsPerSecond: Int?) {
        guard let eventsPerSecond else { return nil }
        self.eventsPerSecond = max(1, eventsPerSecond)
    }

    /// Waits as long as the events are ahead of the rate, but not beyond a stop.
    func pay(_ events: Int, _ stop: StopSignal) {
        let until = due.withLock { due in
            due = max(due, .now) + .nanoseconds(Int64(events) * 1_000_000_000 / Int64(eventsPerSecond))
            return due
        }
        while !stop.isSet, ContinuousClock.now < until {
            stop.pause(milliseconds: min(EngineLimits.paceMilliseconds, Int((until - .now).inSeconds * 1_000) + 1))
        }
    }
}
