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
                + "one: \(drop). If this one is, amend the other by an event on trades.corrected, then drop this one"
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
}
