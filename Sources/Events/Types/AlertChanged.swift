import Domain

/// `alerts.changed`: a user's price alert. The latest of an alertId counts. Identity: source + id.
public struct AlertChanged: Sendable, Equatable {
    public var alertId: String
    public var userId: String
    public var instrument: InstrumentKey
    public var condition: AlertCondition
    /// false takes the alert away.
    public var isActive: Bool
    /// A price; for `percent_change` percent, negative for a fall; for `in_range` the lower end. Required of an active alert.
    public var threshold: Fixed8?
    /// The upper end of `in_range`, where it is required of an active alert.
    public var upper: Price?
    /// How long it stays silent after it fired, by event time; absent: 0.
    public var cooldownSeconds: Int64?
    /// It fires once and never again until it is changed.
    public var isOnce: Bool
    /// Empty: in-app.
    public var channels: [NotificationChannel]

    public init(
        alertId: String, userId: String, instrument: InstrumentKey, condition: AlertCondition, isActive: Bool,
        threshold: Fixed8? = nil, upper: Price? = nil, cooldownSeconds: Int64? = nil, isOnce: Bool = false,
        channels: [NotificationChannel] = []
    ) {
        self.alertId = alertId
        self.userId = userId
        self.instrument = instrument
        self.condition = condition
        self.isActive = isActive
        self.threshold = threshold
        self.upper = upper
        self.cooldownSeconds = cooldownSeconds
        self.isOnce = isOnce
        self.channels = channels
    }
}

/// When an alert fires.
public enum AlertCondition: String, Sendable, CaseIterable, WireChoice {
    /// The last price is at or above the threshold.
    case above
    /// The last price is at or below the threshold.
    case below
    /// The last price is at or above the threshold and the one before was below.
    case crossesAbove = "crosses_above"
    /// The last price is at or below the threshold and the one before was above.
    case crossesBelow = "crosses_below"
    /// The change against the previous close reaches the threshold, in its direction.
    case percentChange = "percent_change"
    /// The last price lies in [threshold, upper].
    case inRange = "in_range"
}

extension AlertChanged: WireEvent {
    enum Key {
        static let alertId = FieldKey(0, "alertId")
        static let userId = FieldKey(1, "userId")
        static let symbol = FieldKey(2, "symbol")
        static let condition = FieldKey(3, "condition")
        static let active = FieldKey(4, "active")
        static let threshold = FieldKey(5, "threshold")
        static let upper = FieldKey(6, "upper")
        static let cooldownSeconds = FieldKey(7, "cooldownSeconds")
        static let once = FieldKey(8, "once")
        static let channels = FieldKey(9, "channels")
    }

    static let keys = [
        Key.alertId, Key.userId, Key.symbol, Key.condition, Key.active, Key.threshold, Key.upper, Key.cooldownSeconds,
        Key.once, Key.channels,
    ]

    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> AlertChanged {
        let alertId = try reader.text(Key.alertId, .identifier)
        let userId = try reader.word(Key.userId, .identifier)
        let instrument = try reader.instrument(Key.symbol)
        let condition: AlertCondition = try reader.choice(Key.condition)
        let isActive = try reader.flag(Key.active)
        let threshold = try reader.optionalDecimal(Key.threshold, .any)
        let upper = try reader.optionalDecimal(Key.upper, .notNegative)
        let cooldownSeconds = try reader.optionalSeconds(Key.cooldownSeconds)
        let isOnce = try reader.optionalFlag(Key.once) ?? false
        let channels: [NotificationChannel] = try reader.choices(Key.channels)
        if isActive, threshold == nil {
            throw reader.misfit(Key.threshold, expected: "the threshold of an active alert")
        }
        if isActive, condition == .inRange {
            guard let upper else {
                throw reader.misfit(Key.upper, expected: "the upper end of an active in_range alert")
            }
            if let threshold, threshold > upper { throw reader.outOfOrder(Key.threshold, above: Key.upper) }
        }
        return AlertChanged(
            alertId: alertId, userId: userId, instrument: instrument, condition: condition, isActive: isActive,
            threshold: threshold, upper: upper, cooldownSeconds: cooldownSeconds, isOnce: isOnce, channels: channels)
    }

    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink) {
        sink.text(Key.alertId, alertId)
        sink.text(Key.userId, userId)
        sink.text(Key.symbol, instrument.description)
        sink.text(Key.condition, condition.rawValue)
        sink.flag(Key.active, isActive)
        sink.decimal(Key.threshold, threshold)
        sink.decimal(Key.upper, upper)
        sink.integer(Key.cooldownSeconds, cooldownSeconds)
        if isOnce { sink.flag(Key.once, true) }
        sink.tags(Key.channels, channels.map(\.rawValue))
    }

    static func readableKey(_ reader: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        key.userId = try? reader.optionalText(Key.userId, .identifier)
        key.alertId = try? reader.optionalText(Key.alertId, .identifier)
        let instrument = (try? reader.optionalInstrument(Key.symbol)) ?? nil
        (key.exchange, key.symbol) = (instrument?.exchange, instrument?.symbol)
        return key
    }
}
