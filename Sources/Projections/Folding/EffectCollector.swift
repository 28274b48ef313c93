import Events

/// Takes the effects of a fold's events until they are stored with its rows. One a lane.
public final class EffectCollector {
    /// Closed until the engine opens it.
    public var gate = EffectGate.closed
    public private(set) var pending: [Effect] = []

    public init() {}

    /// Whether effects of this event are wanted: asked first, so that the others cost nothing.
    public func wants(_ event: FoldEvent) -> Bool { gate.admits(input: event.input, offset: event.offset) }

    /// Adds an effect of `event`, which must be the event being folded.
    public func emit(_ payload: EventPayload, from event: FoldEvent) {
        guard wants(event) else { return }
        let ordinal = pending.reversed().prefix { $0.input == event.input && $0.offset == event.offset }.count
        pending.append(
            Effect(
                payload: payload, time: event.decoded.envelope.time, trace: event.decoded.envelope.trace,
                input: event.input, offset: event.offset,
                ordinal: ordinal))
    }

    /// The pending effects are stored, or what gave rise to them was rolled back.
    public func clear() { pending.removeAll(keepingCapacity: true) }
}

/// A fold that gives rise to new events. What it emits may depend on the event and on the key's state, never on a
/// clock or on the order between topics.
public protocol EffectfulFold: ViewFold {
    var effects: EffectCollector { get }
}
