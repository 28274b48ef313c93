import Engine
import Foundation
import Glibc
import Synchronization

/// A rebuild's progress on standard error: one line that is written over on a terminal, a line now and then elsewhere.
final class ProgressLine: Sendable {
    private struct State {
        var lastShown: ContinuousClock.Instant?
        var lastPhase: ReplayProgress.Phase?
        var isOpen = false
    }

    private let console: Console
    private let isTerminal = isatty(STDERR_FILENO) != 0
    private let state = Mutex(State())

    init(_ console: Console) {
        self.console = console
    }

    func show(_ progress: ReplayProgress) {
        let now = ContinuousClock.now
        let pause = isTerminal ? CommandLineLimits.progressMilliseconds : CommandLineLimits.progressLogMilliseconds
        let isDue = state.withLock { state in
            let isNew = state.lastPhase != progress.phase
            guard isNew || state.lastShown.map({ now - $0 > .milliseconds(pause) }) ?? true else { return false }
            state.lastPhase = progress.phase
            state.lastShown = now
            state.isOpen = isTerminal
            return true
        }
        guard isDue else { return }
        if isTerminal {
            console.noteWithoutBreak("\r\u{1B}[K" + Self.text(progress))
        } else {
            console.note(Self.text(progress))
        }
    }

    /// Leaves the line on the terminal.
    func finish() {
        let wasOpen = state.withLock { state in
            defer { state.isOpen = false }
            return state.isOpen
        }
        if wasOpen { console.noteWithoutBreak("\n") }
    }

    static func text(_ progress: ReplayProgress) -> String {
        let width = CommandLineLimits.progressBarCharacters
        let filled = min(width, Int(progress.fraction * Double(width)))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        let left = progress.secondsLeft.map { ", \(Int($0)) s left" } ?? ""
        return "\(progress.build) [\(bar)] \(Int(progress.fraction * 100)) %  \(progress.phase.rawValue), "
            + "\(progress.records) of \(progress.total) records, \(Int(progress.rate)) a second\(left)"
    }
}
