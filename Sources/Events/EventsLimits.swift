/// Every limit of this module. The schemas under schemas/events state the same figures; a test holds them together.
public enum EventsLimits {
    /// The largest event value, Confluent prefix included: Kafka's own default for a message.
    public static let maximumEventBytes = 1_048_576
    /// Objects and arrays inside each other, the event itself counted.
    public static let maximumNestingDepth = 32
    /// Names that no schema knows, over all objects open at one place of a document.
    public static let maximumUnknownNames = 256

    /// Ids: userId, orderId, tradeId, an event's id…
    public static let maximumIdentifierCharacters = 128
    /// Account, segment, category, strategy, broker, requestId…
    public static let maximumLabelCharacters = 128
    /// An event's source and subject.
    public static let maximumSourceCharacters = 512
    public static let maximumSymbolCharacters = 64
    public static let maximumExchangeCharacters = 16
    public static let maximumNotesCharacters = 4_096
    public static let maximumReasonCharacters = 1_024
    /// traceparent and tracestate: what W3C asks everybody to pass on.
    public static let maximumTraceBytes = 512
    public static let maximumTags = 32
    public static let maximumTagCharacters = 64
    /// Symbols in a watchlist.
    public static let maximumListedSymbols = 500
    /// A time zone's offset or name.
    public static let maximumZoneCharacters = 64
    /// Before and behind an address's @.
    public static let maximumEmailPartCharacters = 128
    /// A span in seconds: 366 days.
    public static let maximumSeconds: Int64 = 31_622_400

    /// A tick that is further ahead of its record is nobody's latest price: 366 days. A feed with a wrong zone is not so far off.
    public static let maximumTickSecondsAhead: Int64 = 31_622_400
    /// When there was no Kafka yet: 2011, in microseconds since 1970.
    public static let earliestRecordMicroseconds: Int64 = 1_293_840_000_000_000

    /// Decimals lie strictly between minus this and this: below what 64 bits at scale 8 hold, and a bound that a
    /// pattern can state.
    public static let exclusiveDecimalLimit: Int64 = 90_000_000_000

    /// How much of an offending value a refusal repeats.
    public static let maximumExcerptCharacters = 80
}
