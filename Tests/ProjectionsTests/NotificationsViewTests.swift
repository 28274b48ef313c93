import Domain
import Events
import TestKit
import Testing

@testable import Projections

/// The inbox, preferences, watchlists and instruments: whatever topic tells first, the same rows.
@Suite struct NotificationsViewTests {
    private typealias Inbox = KeyedFold<NotificationsView>

    private func sent(
        _ channel: NotificationChannel = .inApp, due: Timestamp? = nil, id: String = "n1"
    ) -> DecodedEvent {
        let sent = NotificationSend(
            notificationId: id, userId: "u1", channel: channel, category: "trade_alert", title: "Bought", body: "10 A",
            priority: .high, data: #"{"a":1}"#, scheduledFor: due, expiresAt: minute(90))
        return DecodedEvent(.notificationSend(sent), id: "s-\(id)", time: minute(1))
    }

    private func updated(_ status: NotificationStatus, at time: Int, reason: String? = nil) -> DecodedEvent {
        let update = NotificationUpdated(notificationId: "n1", userId: "u1", status: status, reason: reason)
        return DecodedEvent(.notificationUpdated(update), id: "u-\(status)-\(time)", time: minute(time))
    }

    private static let inputs: [EventKind] = [.notificationSend, .notificationUpdated]

    private func given(_ events: DecodedEvent...) -> Given { Given(events, inputs: Self.inputs) }

    @Test func theInboxNeedsNoDelivery() throws {
        try given(sent()).whenEveryWay(Inbox.self).then(
            "notifications",
            [
                "user_id": "u1", "notification_id": "n1", "channel": "in_app", "delivery": "delivered",
                "delivered_at": minute(1).description, "visible_at": minute(1).description, "priority": "2",
                "data": #"{"a":1}"#, "expires_at": minute(90).description, "sent_at": minute(1).description,
            ])
        try given(sent(due: minute(30))).whenEveryWay(Inbox.self).then(
            "notifications", ["delivered_at": minute(30).description, "visible_at": minute(30).description])
    }

    @Test func whatGoesOutWaitsForItsOutcome() throws {
        try given(sent(.email)).whenEveryWay(Inbox.self).then("notifications", ["delivery": "pending"])
        try given(sent(.email), updated(.failed, at: 4, reason: "mailbox full")).whenEveryWay(Inbox.self).then(
            "notifications", ["delivery": "failed", "failure_reason": "mailbox full"])
        try given(sent(.email), updated(.failed, at: 4), updated(.delivered, at: 5)).whenEveryWay(Inbox.self).then(
            "notifications", ["delivery": "delivered", "delivered_at": minute(5).description])
    }

    @Test func readingBeforeTheNotificationArrivesCounts() throws {
        try given(updated(.read, at: 3), sent(), updated(.deleted, at: 6)).whenEveryWay(Inbox.self).then(
            "notifications",
            [
                "read_at": minute(3).description, "deleted_at": minute(6).description,
                "updated_at": minute(6).description, "delivery": "delivered",
            ])
        try given(updated(.read, at: 3)).whenEveryWay(Inbox.self).then(
            "notifications", ["read_at": minute(3).description])
    }

    @Test(arguments: UInt64(1)...4) func anyOrderOfUpdatesLeadsToTheSameRows(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var events: [DecodedEvent] = []
        for index in 0..<60 {
            let id = "n\(Int.random(in: 0..<9, using: &random))"
            let isNew = !events.contains { $0.envelope.id == "s-\(id)" }
            if isNew, random.chance(50) {
                events.append(
                    sent(random.pick(NotificationChannel.allCases), due: random.chance(30) ? minute(40) : nil, id: id))
            } else {
                let update = NotificationUpdated(
                    notificationId: id, userId: "u1", status: random.pick(NotificationStatus.allCases),
                    reason: random.chance(50) ? "r\(index)" : nil)
                events.append(DecodedEvent(.notificationUpdated(update), id: "u\(index)", time: minute(index)))
            }
        }
        try Given(events, inputs: Self.inputs).whenEveryWay(Inbox.self)
    }

    @Test func theLatestPreferenceOfACategoryCountsWhole() throws {
        func preference(_ id: String, _ category: String, _ channels: [NotificationChannel], email: String?)
            -> DecodedEvent
        {
            DecodedEvent(
                .preferenceChanged(
                    PreferenceChanged(
                        userId: "u1", category: category, channels: channels, quietFrom: "22:00", quietTo: "07:00",
                        email: email)), id: id, time: minute(1))
        }
        try Given(
            preference("1", "*", [.email], email: "a@example.org"), preference("2", "trade_alert", [], email: nil),
            preference("3", "*", [.webhook, .email], email: nil)
        ).whenEveryWay(KeyedFold<PreferencesView>.self).then(
            "preferences", ["category": "*", "channels": #"["webhook","email"]"#, "quiet_to": "07:00"],
            ["category": "trade_alert", "channels": "[]", "quiet_to": "07:00"])
    }

    @Test func aListIsTheLatestOfItsId() throws {
        func list(_ id: String, _ symbols: [String]) -> DecodedEvent {
            DecodedEvent(
                .watchlistChanged(
                    WatchlistChanged(
                        listId: "w1", userId: "u1", name: "Banks",
                        symbols: symbols.map { InstrumentKey(exchange: "NSE", symbol: $0) })), id: id, time: minute(2))
        }
        let fold = KeyedFold<WatchlistsView>.self
        try Given(list("1", ["A"]), list("2", ["B", "M&M"])).whenEveryWay(fold).then(
            "watchlists", ["name": "Banks", "symbols": #"["NSE:B","NSE:M&M"]"#])
        try Given(list("1", ["A"]), list("2", [])).whenEveryWay(fold).then("watchlists", ["symbols": "[]"])
    }

    @Test func anInstrumentIsTheLatestToldOfIt() throws {
        func told(_ id: String, name: String?, expiry: CivilDate?) throws -> DecodedEvent {
            DecodedEvent(
                .instrumentUpdated(
                    InstrumentUpdated(
                        instrument: InstrumentKey(exchange: "NFO", symbol: "BAJAJ-AUTO26JANFUT"), type: .future,
                        name: name,
                        strike: try Price(whole: 5), expiry: expiry, lotSize: try Quantity(whole: 75))),
                id: id, time: minute(2))
        }
        let expiry = try #require(CivilDate(year: 2026, month: 1, day: 29))
        try Given([told("1", name: nil, expiry: nil), told("2", name: "Bajaj Auto", expiry: expiry)])
            .whenEveryWay(KeyedFold<InstrumentsView>.self).then(
                "instruments",
                [
                    "symbol": "BAJAJ-AUTO26JANFUT", "exchange": "NFO", "name": "Bajaj Auto", "strike_e8": "5",
                    "expiry": "2026-01-29", "lot_size_e8": "75",
                    "search_text": "bajaj auto26janfut bajaj auto",
                ])
    }
}
