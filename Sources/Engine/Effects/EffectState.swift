/// What the database knows of a lane's effects when the lane is claimed.
package struct EffectState: Sendable, Equatable {
    /// By topic: effects of events below were seen to.
    package var marks: [String: Int64]
    /// By topic: events below the mark whose effects are owed.
    package var owed: [String: Set<Int64>]
    /// What the lane's next effect is numbered.
    package var nextSequence: Int64

    package init(marks: [String: Int64], owed: [String: Set<Int64>], nextSequence: Int64) {
        self.marks = marks
        self.owed = owed
        self.nextSequence = nextSequence
    }
}
