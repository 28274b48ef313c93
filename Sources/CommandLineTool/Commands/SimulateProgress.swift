import Domain
import Glibc

/// How far a simulation is: one line that is written over on a terminal, a line every few seconds elsewhere.
struct SimulateProgress {
    private let console: Console
    private let total: Int
    private let isQuiet: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let started = ContinuousClock.now
    private var shown = ContinuousClock.now
    private var hasShown = false

    /// Minutes east of UTC in which the exchange's times are read.
    private static let zoneMinutes = 330

    init(_ console: Console, total: Int, isQuiet: Bool) {
        self.console = console
        self.total = total
        self.isQuiet = isQuiet
    }

    mutating func show(_ events: Int, _ now: Timestamp) {
        guard !isQuiet else { return }
        let interval = isTerminal ? CommandLineLimits.progressMilliseconds : CommandLineLimits.progressLogMilliseconds
        let time = ContinuousClock.now
        guard time - shown >= .milliseconds(interval) else { return }
        shown = time
        hasShown = true
        let text = text(events, now, time - started)
        if isTerminal { console.overwrite(text) } else { console.note(text) }
    }

    /// Ends the line that was written over.
    func end() {
        if isTerminal, hasShown { console.note("") }
    }

    private func text(_ events: Int, _ now: Timestamp, _ elapsed: Duration) -> String {
        let local = now.adding(microseconds: Int64(Self.zoneMinutes) * Timestamp.microsecondsPerMinute)
        let clock = local.description.prefix(16).replacing("T", with: " ")
        let rate = Double(events) / max(0.001, elapsed / .seconds(1))
        let share = total == 0 ? 100 : min(100, events * 100 / total)
        return "\(share) %, \(clock) in Kolkata, \(events) of \(total) events, \(Int(rate))/s"
    }
}
