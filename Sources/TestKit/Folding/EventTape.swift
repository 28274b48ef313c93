import Domain
import Events
import Projections

/// The given of a fold's test: events on their topics, as one lane of a log holds them.
public struct EventTape {
    /// The view's inputs, in order.
    public let inputs: [EventKind]
    /// In the order in which they are folded; offsets rise within a topic.
    public private(set) var events: [FoldEvent] = []
    private var nextOffsets: [Int64]

    public init(_ inputs: [EventKind], _ events: [DecodedEvent] = []) {
        self.inputs = inputs
        nextOffsets = inputs.map { _ in 0 }
        for event in events { append(event) }
    }

    /// Puts the event at the end of its topic; one of a topic that is no input is left out.
    public mutating func append(_ event: DecodedEvent) {
        guard let input = inputs.firstIndex(of: event.kind) else { return }
        events.append(FoldEvent(decoded: event, input: input, offset: nextOffsets[input]))
        nextOffsets[input] += 1
    }

    /// The same events with the same places in their topics, the topics interleaved otherwise.
    public func shuffledBetweenTopics(using random: inout SeededRandom) -> EventTape {
        var waiting = inputs.indices.map { input in Array(events.filter { $0.input == input }.reversed()) }
        var result = self
        result.events = []
        while result.events.count < events.count {
            let input = random.pick(waiting.indices.filter { !waiting[$0].isEmpty })
            result.events.append(waiting[input].removeLast())
        }
        return result
    }

    /// Every event a second time, right behind the first or behind all, at offsets of its own.
    public func delivered(twice: Repetition) -> EventTape {
        let decoded = events.map(\.decoded)
        return switch twice {
        case .eachEvent: EventTape(inputs, decoded.flatMap { [$0, $0] })
        case .wholeTape: EventTape(inputs, decoded + decoded)
        }
    }

    public enum Repetition: CaseIterable, Sendable {
        case eachEvent
        case wholeTape
    }
}

extension DecodedEvent {
    /// An event for a test: the id counts where it is no part of the identity.
    public init(_ payload: EventPayload, id: String, time: Timestamp, source: String = "/test") {
        self.init(envelope: Envelope(id: id, source: source, time: time), payload: payload)
    }
}
