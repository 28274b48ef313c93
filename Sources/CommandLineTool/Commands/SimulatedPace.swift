import Domain

/// Keeps a simulation to a rate, or to its own clock, and lets a signal end it between two events.
struct SimulatedPace {
    struct Interrupted: Error {}

    private let perSecond: Int?
    private let speed: Int?
    private let started = ContinuousClock.now
    private var steps = 0
    /// Simulated microseconds that have gone by, nights cut.
    private var elapsed: Int64 = 0
    private var last: Timestamp?
    var progress: SimulateProgress

    /// - Parameters:
    ///   - perSecond: at most so many events a second.
    ///   - speed: how many times as fast as real the events' clock runs.
    init(perSecond: Int?, speed: Int?, progress: SimulateProgress) {
        self.perSecond = perSecond
        self.speed = speed
        self.progress = progress
    }

    /// Waits until the event of this moment may be sent.
    mutating func step(_ now: Timestamp) throws(Interrupted) {
        steps += 1
        if let last, now > last {
            elapsed += min(now.microseconds - last.microseconds, CommandLineLimits.simulatedQuietMicroseconds)
        }
        last = max(last ?? now, now)
        if Interruption.shared.isRequested { throw Interrupted() }
        if let due {
            while true {
                let early = Int((started + due - ContinuousClock.now) / .milliseconds(1))
                if early < CommandLineLimits.paceBurstMilliseconds { break }
                progress.show(steps, now)
                Interruption.shared.pause(milliseconds: min(early, CommandLineLimits.progressMilliseconds))
                if Interruption.shared.isRequested { throw Interrupted() }
            }
        }
        if steps & 1_023 == 0 || due != nil { progress.show(steps, now) }
    }

    /// Since the start.
    private var due: Duration? {
        let byRate = perSecond.map { Duration.microseconds(Int64(steps) * 1_000_000 / Int64($0)) }
        let byClock = speed.map { Duration.microseconds(elapsed / Int64($0)) }
        guard let byRate, let byClock else { return byRate ?? byClock }
        return max(byRate, byClock)
    }
}
