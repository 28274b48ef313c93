import Domain
import Events

/// A new event that a fold wants produced because of one that it folded.
public struct Effect: Sendable, Equatable {
    public let payload: EventPayload
    /// The time of the event that it comes from: a fold knows no other clock.
    public let time: Timestamp
    /// The trace that the event belongs to; the effect is part of it.
    public let trace: TraceContext?
    /// The event that it comes from: the topic's index in the view's inputs, and the offset.
    public let input: Int
    public let offset: Int64
    /// Which of that event's effects it is, from 0.
    public let ordinal: Int
}
