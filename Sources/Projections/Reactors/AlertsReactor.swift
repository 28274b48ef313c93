import Domain
import Events

/// Price alerts: when one fires, `alerts.triggered` says so and the user is told on each of its channels.
///
/// A crossing fires by a move alone, so it needs a price before. The others fire when the price (or its change) comes to lie
/// where they say, or lies there with the first tick after the alert was made or changed. With a cooldown they fire again while
/// it stays there, not more often than that.
public enum AlertsReactor: Reactor {
    public struct Definition: Sendable {
        public let condition: AlertCondition
        /// A price, or percent.
        public let threshold: Fixed8
        public let upper: Price?
        public let cooldownSeconds: Int64?
        public let isOnce: Bool
        public let channels: [NotificationChannel]
    }

    public static let name = "triggers"
    public static let foldNumber = 2
    public static let columns = [
        Column("condition", .text), Column("threshold_e8", .int64), Column("upper_e8", .int64, nullable: true),
        Column("cooldown_seconds", .int64, nullable: true), Column("is_once", .bool), Column("channels", .text),
    ]

    private static let microsecondsPerSecond: Int64 = 1_000_000

    public static func command(of event: DecodedEvent) -> ReactorCommand<Definition>? {
        guard case .alertChanged(let alert) = event.payload else { return nil }
        let key = WatchKey(userId: alert.userId, id: alert.alertId)
        guard alert.isActive, let threshold = alert.threshold else {
            return ReactorCommand(alert.instrument, key, .remove)
        }
        let definition = Definition(
            condition: alert.condition, threshold: threshold, upper: alert.upper,
            cooldownSeconds: alert.cooldownSeconds, isOnce: alert.isOnce, channels: alert.channels)
        return ReactorCommand(alert.instrument, key, .set(definition))
    }

    public static func watch(of definition: Definition) -> Watch {
        let (measure, lower, upper) = range(of: definition)
        return Watch(
            measure, lower: lower, upper: upper,
            needsPrevious: [.crossesAbove, .crossesBelow].contains(definition.condition),
            cooldownMicroseconds: (definition.cooldownSeconds ?? 0) * microsecondsPerSecond,
            isOnce: definition.isOnce)
    }

    private static func range(of definition: Definition) -> (Watch.Measure, lower: Int64, upper: Int64) {
        let threshold = definition.threshold.units
        switch definition.condition {
        case .above, .crossesAbove: return (.price, threshold, RangeIndex.noUpperEnd)
        case .below, .crossesBelow: return (.price, RangeIndex.noLowerEnd, threshold)
        case .inRange: return (.price, threshold, definition.upper?.units ?? RangeIndex.noUpperEnd)
        case .percentChange:
            guard threshold < 0 else { return (.rise, threshold, RangeIndex.noUpperEnd) }
            return (.fall, RangeIndex.noLowerEnd, threshold)
        }
    }

    public static func effects(of firing: Firing<Definition>) -> [EventPayload] {
        let (user, alert) = (firing.key.userId, firing.key.id)
        let triggered = AlertTriggered(
            alertId: alert, userId: user, instrument: firing.instrument, price: firing.price,
            condition: firing.definition.condition, definedBy: firing.origin.definedBy)
        let channels = firing.definition.channels.isEmpty ? [.inApp] : firing.definition.channels
        var payloads: [EventPayload] = [.alertTriggered(triggered)]
        var told: Set<NotificationChannel> = []
        for channel in channels where told.insert(channel).inserted {
            payloads.append(.notificationSend(notification(of: firing, on: channel)))
        }
        return payloads
    }

    private static func notification(
        of firing: Firing<Definition>, on channel: NotificationChannel
    ) -> NotificationSend {
        let what = wording(firing)
        return NotificationSend(
            notificationId: TextFit.identifier("alert:\(channel.rawValue):\(firing.mark)"),
            userId: firing.key.userId, channel: channel, category: "price_alert", title: TextFit.label(what),
            body: TextFit.notes("\(what), at \(firing.price)"), priority: .high,
            data: JSONText.object([
                "alertId": firing.key.id, "symbol": "\(firing.instrument)", "price": "\(firing.price)",
                "condition": firing.definition.condition.rawValue,
            ]))
    }

    private static func wording(_ firing: Firing<Definition>) -> String {
        let (symbol, threshold) = ("\(firing.instrument)", firing.definition.threshold)
        switch firing.definition.condition {
        case .above: return "\(symbol) is at or above \(threshold)"
        case .below: return "\(symbol) is at or below \(threshold)"
        case .crossesAbove: return "\(symbol) rose to or above \(threshold)"
        case .crossesBelow: return "\(symbol) fell to or below \(threshold)"
        case .inRange: return "\(symbol) is between \(threshold) and \(firing.definition.upper ?? threshold)"
        case .percentChange:
            let close = firing.previousClose.map { " against the close of \($0)" } ?? ""
            return "\(symbol) changed by \(threshold) % or more\(close)"
        }
    }

    public static func encode(_ definition: Definition, into row: RowBatch) {
        row.put(definition.condition.rawValue)
        row.put(definition.threshold.units)
        row.put(definition.upper?.units)
        row.put(definition.cooldownSeconds)
        row.put(definition.isOnce)
        row.put(definition.channels.map(\.rawValue).joined(separator: ","))
    }

    public static func definition(of row: RowReader, first: Int) throws(RowError) -> Definition {
        guard let condition = AlertCondition(rawValue: try row.text(first)) else {
            throw RowError(table: watches.name, column: "condition")
        }
        let names = try row.text(first + 5).split(separator: ",").map(String.init)
        let channels = names.compactMap(NotificationChannel.init(rawValue:))
        guard channels.count == names.count else { throw RowError(table: watches.name, column: "channels") }
        return Definition(
            condition: condition, threshold: Fixed8(units: try row.int64(first + 1)),
            upper: try row.optionalInt64(first + 2).map(Price.init(units:)),
            cooldownSeconds: try row.optionalInt64(first + 3), isOnce: try row.bool(first + 4), channels: channels)
    }

    public static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? {
        guard kind == .alertChanged, let user = readable.userId, let alert = readable.alertId else { return nil }
        return WatchKey(userId: user, id: alert).parkingKey
    }
}
