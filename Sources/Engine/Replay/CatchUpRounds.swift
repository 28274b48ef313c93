/// Whether a rebuild gets nearer to the live build, or has to hold the live lanes to win.
struct CatchUpRounds {
    private var lastDistance: Int64?
    private var roundsWithoutGain = 0

    /// The live lanes are to be held while the rest is folded.
    var mustHold: Bool { roundsWithoutGain >= EngineLimits.swapRoundsWithoutGain }

    /// Before a round: how far the live build is ahead.
    mutating func note(distance: Int64) {
        if let lastDistance, distance * 2 > lastDistance { roundsWithoutGain += 1 }
        lastDistance = distance
    }

    /// A swap that came to nothing is a round without gain too.
    mutating func noteFailedSwap() { roundsWithoutGain += 1 }
}
