import Domain
import Events

/// What the server tells a client, apart from ticks.
enum StreamMessage: Equatable, Sendable {
    case hello(position: String?)
    case subscribed([StreamChannel])
    case unsubscribed([StreamChannel])
    /// Rows of these views changed.
    case change(views: [String], position: String?)
    /// What the client holds of these channels may have gaps: it should read it anew.
    case reload(channels: [String], reason: String, position: String?)
    /// Nothing was missed, or what was missed has just been told.
    case resumed(position: String?)
    case heartbeat(position: String?)
    case error(StreamRefusal)
    /// Server-sent events have no closing frame.
    case closing(StreamEnd)

    /// The name of a server-sent event.
    var name: StaticString {
        switch self {
        case .hello: "hello"
        case .subscribed: "subscribed"
        case .unsubscribed: "unsubscribed"
        case .change: "change"
        case .reload: "reload"
        case .resumed: "resumed"
        case .heartbeat: "heartbeat"
        case .error: "error"
        case .closing: "closing"
        }
    }

    /// What a client hands back as `Last-Event-ID` or `resume`.
    var position: String? {
        switch self {
        case .hello(let position), .change(_, let position), .reload(_, _, let position), .resumed(let position),
            .heartbeat(let position):
            position
        default: nil
        }
    }

    var json: [UInt8] {
        var writer = JSONWriter(reserving: 256)
        writer.object { body in
            body.key("type")
            body.string("\(name)")
            switch self {
            case .hello:
                body.key("heartbeatSeconds")
                body.integer(StreamLimits.heartbeatSeconds)
            case .subscribed(let channels), .unsubscribed(let channels):
                body.key("channels")
                body.array { list in for channel in channels { list.string(channel.description) } }
            case .change(let views, _):
                body.field("channel", "user:me")
                body.key("views")
                body.array { list in for view in views { list.string(view) } }
            case .reload(let channels, let reason, _):
                body.key("channels")
                body.array { list in for channel in channels { list.string(channel) } }
                body.field("reason", reason)
            case .error(let refusal):
                body.field("code", refusal.code.rawValue)
                body.field("detail", refusal.detail)
            case .closing(let end):
                body.key("code")
                body.integer(end.code)
                body.field("reason", end.reason)
            case .resumed, .heartbeat: break
            }
            if let position { body.field("id", position) }
        }
        return writer.bytes
    }
}

/// A tick as it goes out, the same bytes for every client.
enum TickMessage {
    static func json(_ tick: MarketUpdated, time: Timestamp, partition: Int32, offset: Int64) -> [UInt8] {
        var writer = JSONWriter(reserving: 512)
        writer.object { body in
            body.field("type", "tick")
            body.field("channel", "market:\(tick.exchange):\(tick.symbol)")
            body.field("exchange", tick.exchange)
            body.field("symbol", tick.symbol)
            body.decimal("lastPrice", tick.lastPrice)
            body.decimal("lastQuantity", tick.lastQuantity)
            body.decimal("volume", tick.volume)
            body.decimal("dayOpen", tick.dayOpen)
            body.decimal("dayHigh", tick.dayHigh)
            body.decimal("dayLow", tick.dayLow)
            body.decimal("previousClose", tick.previousClose)
            body.decimal("bid", tick.bid)
            body.decimal("ask", tick.ask)
            body.key("time")
            body.time(time)
            body.field("position", "\(EventKind.marketUpdated.topic)/\(partition)@\(offset)")
        }
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func decimal(_ name: StaticString, _ value: Fixed8?) {
        guard let value else { return }
        key(name)
        decimal(units: Int128(value.units))
    }
}
