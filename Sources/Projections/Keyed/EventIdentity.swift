import Domain
import Events

/// What makes an event the same event, by its topic's rule. The partition key is part of it, so that a lane can tell alone.
struct EventIdentity: Hashable, Sendable {
    let kind: EventKind
    @ExactText var partitionKey: String
    /// The envelope's id, or the order's or trade's where those identify.
    @ExactText var id: String
    /// Empty where the envelope is no part of the identity.
    @ExactText var source: String

    init(kind: EventKind, partitionKey: String, id: String, source: String) {
        self.kind = kind
        self.partitionKey = partitionKey
        self.id = id
        self.source = source
    }

    /// nil for events without an identity, which a view must fold idempotently.
    init?(_ event: DecodedEvent) {
        guard let (first, second) = event.identity else { return nil }
        let isEnvelopes = event.kind.identity == .sourceAndId
        self.init(
            kind: event.kind, partitionKey: event.payload.partitionKey, id: second, source: isEnvelopes ? first : "")
    }
}
