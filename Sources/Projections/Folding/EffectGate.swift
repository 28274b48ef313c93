/// Which events' effects have not been emitted yet. Independent of builds: what one build emitted, no other emits again.
public struct EffectGate: Sendable, Equatable {
    /// By input: the effects of events below were seen to, but for ``owed``.
    public var marks: [Int64]
    /// By input: events below the mark that were parked, so that nothing of them was emitted.
    public var owed: [Set<Int64>]

    public init(marks: [Int64], owed: [Set<Int64>] = []) {
        self.marks = marks
        self.owed = owed
    }

    /// Emits nothing: for verification, copies and rebuilds without debts.
    public static let closed = EffectGate(marks: [])

    public func admits(input: Int, offset: Int64) -> Bool {
        if input < marks.count, offset >= marks[input] { return true }
        return owes(input: input, offset: offset)
    }

    public func owes(input: Int, offset: Int64) -> Bool { input < owed.count && owed[input].contains(offset) }
}
