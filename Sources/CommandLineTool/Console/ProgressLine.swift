import Engine
import Foundation
import Glibc
import Synchronization

/// A rebuild's progress: one line that is written over on a terminal, a line every few seconds elsewhere.
final class ProgressLine: Sendable {
    private let console: Console
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let isQuiet: Bool
    private let last = Mutex<(phase: ReplayProgress.Phase?, time: ContinuousClock.Instant)>((nil, .now))

    private static let barCells = 24

    init(_ console: Console, isQuiet: Bool = false) {
        self.console = console
        self.isQuiet = isQuiet
    }

    func show(_ progress: ReplayProgress) {
        guard !isQuiet else { return }
        let isDue = last.withLock { state in
            let isNew = state.phase != progress.phase
            let interval =
                isTerminal ? CommandLineLimits.progressMilliseconds : CommandLineLimits.progressLogMilliseconds
            guard isNew || ContinuousClock.now - state.time >= .milliseconds(interval) else { return false }
            state = (progress.phase, .now)
            return true
        }
        guard isDue else { return }
        if isTerminal {
            console.overwrite(text(progress))
        } else {
            console.note(text(progress))
        }
    }

    /// Ends the line that was written over.
    func end() {
        if isTerminal, !isQuiet, last.withLock({ $0.phase != nil }) { console.note("") }
    }

    private func text(_ progress: ReplayProgress) -> String {
        let filled = Int(progress.fraction * Double(Self.barCells))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.barCells - filled)
        var line = "[\(bar)] \(Int(progress.fraction * 100)) % \(progress.phase.rawValue), build \(progress.build), "
        line += "\(progress.records) of \(progress.total) records"
        if progress.rate >= 1 { line += ", \(Int(progress.rate)) records/s" }
        if let left = progress.secondsLeft, progress.phase == .folding { line += ", \(Int(left.rounded(.up))) s left" }
        return line
    }
}
