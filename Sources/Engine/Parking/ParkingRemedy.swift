import Events

/// What an operator can do about a parked event, by its code.
public enum ParkingRemedy {
    public static func text(code: String, view: String, place: EventPlace) -> String {
        let drop = "`tapefold dlq drop \(view) --event \(place)`"
        let retry = "`tapefold dlq retry \(view)`"
        switch code {
        case ParkedEvent.behindCode:
            return "sound as far as is known: it is folded once the first event of its key is folded or dropped"
        case "conflicting_duplicate":
            return "two events claim one identity and differ: find out which is right. If the one folded is, drop this "
                + "one: \(drop). If this one is, \(correction(of: place.topic)), then drop this one"
        case "book_refused", "order_refused":
            return "figures leave their range: amend or void the wrong execution by an event on trades.corrected, then "
                + "\(retry); if this event is the wrong one: \(drop)"
        case let code where code.hasPrefix("sqlstate_"):
            return "the database refused a row: see its reason; once the cause is gone \(retry), or \(drop)"
        case let code where EventRefusal.Code(rawValue: code) != nil:
            return "the event breaks its schema and stays as it is in the log: have its producer send it again as it "
                + "should be, under the same key, and drop this one: \(drop). If a newer version can read it, run that "
                + "version and \(retry)"
        default:
            return "once the cause is gone \(retry); if the event is wrong \(drop)"
        }
    }

    /// How what was folded is set right, when another event under its identity should have been. Facts are never changed: each
    /// topic has its own way to say something else.
    private static func correction(of topic: String) -> String {
        switch EventKind(topic: topic) {
        case .tradeExecuted: "amend the other by an event on trades.corrected"
        case .tradeCorrected: "send what should hold as a new correction, under an id of its own"
        case .paymentReceived: "send a payment that makes up for the other, under a paymentId of its own"
        case .orderPlaced, .orderCancelled: "send what should hold by an event on orders.updated"
        case .notificationSend: "send this one under a notificationId of its own"
        default: "send it again under an id of its own: the latest counts"
        }
    }
}
