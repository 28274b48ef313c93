import Domain
import Events
import TestKit

/// The oracle of what keeps the latest of a key, and of what only gathers facts: the plainest look at each event.
struct NaiveLatest {
    /// By user and list: its name and symbols.
    private(set) var watchlists: Set<PresentedRow> = []
    /// By exchange and symbol: its type and name.
    private(set) var instruments: Set<PresentedRow> = []
    /// By user and category: the channels.
    private(set) var preferences: Set<PresentedRow> = []
    /// By user and notification: its title.
    private(set) var notifications: Set<PresentedRow> = []
    /// By user, alert and instrument: its condition and whether it is active.
    private(set) var alerts: Set<PresentedRow> = []
    /// By user, source and event: the alert and the instrument.
    private(set) var alertHistory: Set<PresentedRow> = []

    static let watchlistColumns: Set = ["user_id", "list_id", "name", "symbols"]
    static let instrumentColumns: Set = ["exchange", "symbol", "type", "name"]
    static let preferenceColumns: Set = ["user_id", "category", "channels"]
    static let notificationColumns: Set = ["user_id", "notification_id", "title"]
    static let alertColumns: Set = ["user_id", "alert_id", "exchange", "symbol", "condition", "is_active"]
    static let historyColumns: Set = ["user_id", "source", "event_id", "alert_id"]

    init(_ events: some Sequence<DecodedEvent>) {
        var latest: [String: [[String]: PresentedRow]] = [:]
        var seen: Set<[String]> = []
        for event in events {
            if let (first, second) = event.identity,
                !seen.insert([event.kind.topic, event.payload.partitionKey, first, second]).inserted
            {
                continue
            }
            guard let (table, key, row) = Self.row(event) else { continue }
            latest[table, default: [:]][key] = row
        }
        func rows(_ table: String) -> Set<PresentedRow> { Set((latest[table] ?? [:]).values) }
        watchlists = rows("watchlists")
        instruments = rows("instruments")
        preferences = rows("preferences")
        notifications = rows("notifications")
        alerts = rows("alerts")
        alertHistory = rows("alert_history")
    }

    private static func row(_ event: DecodedEvent) -> (table: String, key: [String], row: PresentedRow)? {
        switch event.payload {
        case .watchlistChanged(let list):
            (
                "watchlists", [list.userId, list.listId],
                [
                    "user_id": list.userId, "list_id": list.listId, "name": list.name,
                    "symbols": text(list.symbols.map(\.description)),
                ]
            )
        case .instrumentUpdated(let master):
            (
                "instruments", [master.instrument.description],
                [
                    "exchange": master.instrument.exchange, "symbol": master.instrument.symbol,
                    "type": master.type.rawValue,
                ].merging(master.name.map { ["name": $0] } ?? [:]) { $1 }
            )
        case .preferenceChanged(let change):
            (
                "preferences", [change.userId, change.category],
                [
                    "user_id": change.userId, "category": change.category,
                    "channels": text(change.channels.map(\.rawValue)),
                ]
            )
        case .notificationSend(let sent):
            (
                "notifications", [sent.userId, sent.notificationId],
                ["user_id": sent.userId, "notification_id": sent.notificationId, "title": sent.title]
            )
        case .alertChanged(let alert):
            (
                "alerts", [alert.userId, alert.alertId, alert.instrument.description],
                [
                    "user_id": alert.userId, "alert_id": alert.alertId, "exchange": alert.instrument.exchange,
                    "symbol": alert.instrument.symbol, "condition": alert.condition.rawValue,
                    "is_active": alert.isActive ? "true" : "false",
                ]
            )
        case .alertTriggered(let fired):
            (
                "alert_history", [fired.userId, event.envelope.source, event.envelope.id],
                [
                    "user_id": fired.userId, "source": event.envelope.source, "event_id": event.envelope.id,
                    "alert_id": fired.alertId,
                ]
            )
        default: nil
        }
    }

    /// Texts as a JSON array: none of these holds anything to escape.
    private static func text(_ items: [String]) -> String {
        "[" + items.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    }
}
