/// What one transaction of a lane does to its outbox; the marks go where the checkpoints go.
package struct LaneEffects: Sendable, Equatable {
    package var records: [OutboxRecord] = []
    /// What the lane's next effect will be numbered.
    package var nextSequence: Int64
    /// Events that were parked before they could give rise to anything.
    package var owed: [OwedEffect] = []
    /// Owed events that were folded or dropped.
    package var settled: [OwedEffect] = []
    /// The broker has everything up to here: these rows may go.
    package var publishedThrough: Int64?

    package init(nextSequence: Int64) { self.nextSequence = nextSequence }
}

/// An event of the lane by its place.
package struct OwedEffect: Sendable, Hashable {
    package let topic: String
    package let offset: Int64

    package init(topic: String, offset: Int64) {
        self.topic = topic
        self.offset = offset
    }
}
