/// The descriptive fields of a trade or an order, which few events carry: boxed, so that the others stay small to copy.
public final class EventDetails: Sendable, Equatable {
    public let segment: String?
    public let category: String?
    public let strategy: String?
    public let tags: [String]
    public let notes: String?
    public let broker: String?
    public let requestId: String?

    /// `nil` when there is nothing to keep.
    public init?(
        segment: String? = nil, category: String? = nil, strategy: String? = nil, tags: [String] = [],
        notes: String? = nil, broker: String? = nil, requestId: String? = nil
    ) {
        guard
            category != nil || strategy != nil || segment != nil || notes != nil || broker != nil || requestId != nil
                || !tags.isEmpty
        else { return nil }
        self.segment = segment
        self.category = category
        self.strategy = strategy
        self.tags = tags
        self.notes = notes
        self.broker = broker
        self.requestId = requestId
    }

    public static func == (left: EventDetails, right: EventDetails) -> Bool {
        left.segment == right.segment && left.category == right.category && left.strategy == right.strategy
            && left.tags == right.tags && left.notes == right.notes && left.broker == right.broker
            && left.requestId == right.requestId
    }
}
