import Domain
import Events
import Projections
import TestKit
import Testing

/// Ids that Unicode calls equivalent and that differ in their bytes are different ids, as the database and Kafka have them.
@Suite struct EquivalentIdsTests {
    private static let ids = ["\u{e9}", "e\u{301}"]
    private static let share = InstrumentKey(exchange: "NSE", symbol: "A")

    private func time(_ minute: Int) -> Timestamp {
        Timestamp(microseconds: 1_768_448_700_000_000 + Int64(minute) * 60_000_000)
    }

    /// One of each pair of user and id.
    private func events(_ make: (_ user: String, _ id: String) -> EventPayload) -> [DecodedEvent] {
        var events: [DecodedEvent] = []
        for user in Self.ids {
            for id in Self.ids { events.append(DecodedEvent(make(user, id), id: user + id, time: time(events.count))) }
        }
        return events
    }

    private func expect<Fold: ViewFold>(
        _ fold: Fold.Type, _ events: [DecodedEvent], rows: [String: Int],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let given = Given(events)
        try given.whenEveryWay(Fold.self)
        for options in [FoldOptions.live(100), .live(1)] {
            let tape = EventTape(Array(Set(events.map(\.kind))).sorted { $0.rawValue < $1.rawValue }, events)
            let run = try FoldRunner<Fold>.run(tape, options)
            #expect(run.outcomes.allSatisfy { $0 == .folded }, "\(run.outcomes)", sourceLocation: sourceLocation)
            for (table, count) in rows {
                #expect(try run.store.rows(table).count == count, "\(table)", sourceLocation: sourceLocation)
            }
        }
    }

    private func trade(_ user: String, _ id: String) -> EventPayload {
        .tradeExecuted(
            TradeExecuted(
                tradeId: id, userId: user, exchange: "NSE", symbol: "A", side: .buy, quantity: .one, price: .one,
                executedAt: time(0), orderId: id, account: id))
    }

    @Test func executionsAndTheirCorrections() throws {
        let trades = events(trade)
        let voids = events { user, id in .tradeCorrected(TradeCorrected(tradeId: id, userId: user, action: .void)) }
        try expect(PositionsFold.self, trades, rows: ["trades": 4, "positions": 4])
        try expect(PositionsFold.self, trades + [voids[1]], rows: ["trades": 4, "positions": 4, "corrections": 1])
        try expect(AnalyticsFold.self, trades, rows: ["trades": 4, "days": 2])
        try expect(CashFold.self, trades + voids, rows: ["cash_bookings": 4, "cash_balances": 2])
        try expect(OrdersFold.self, trades, rows: ["orders": 4, "order_fills": 4])
    }

    @Test func payments() throws {
        let payments = events { user, id in
            .paymentReceived(
                PaymentReceived(
                    paymentId: id, userId: user, kind: .deposit, amount: .one, currency: "INR", status: .completed))
        }
        try expect(CashFold.self, payments, rows: ["cash_bookings": 4, "cash_balances": 2])
        try expect(AnalyticsFold.self, payments, rows: ["payments": 4])
    }

    @Test func orders() throws {
        let placed = events { user, id in
            .orderPlaced(
                OrderPlaced(
                    orderId: id, userId: user, exchange: "NSE", symbol: "A", side: .buy, quantity: .one,
                    orderType: .market))
        }
        let updated = events { user, id in .orderUpdated(OrderUpdated(orderId: id, userId: user, status: .open)) }
        try expect(OrdersFold.self, placed + updated, rows: ["orders": 4, "order_facts": 4])
    }

    @Test func keyedViews() throws {
        let lists = events {
            .watchlistChanged(WatchlistChanged(listId: $1, userId: $0, name: "x", symbols: [Self.share]))
        }
        try expect(KeyedFold<WatchlistsView>.self, lists, rows: ["watchlists": 4])
        let sent = events {
            .notificationSend(
                NotificationSend(
                    notificationId: $1, userId: $0, channel: .inApp, category: "c", title: "t", body: "b"))
        }
        try expect(KeyedFold<NotificationsView>.self, sent, rows: ["notifications": 4])
        let preferences = events {
            .preferenceChanged(PreferenceChanged(userId: $0, category: $1, channels: [.inApp]))
        }
        try expect(KeyedFold<PreferencesView>.self, preferences, rows: ["preferences": 4])
        let cart = events { user, _ in
            .cartChanged(CartChanged(userId: user, instrument: Self.share, action: .add, quantity: .one))
        }
        try expect(CombinedFold<CartView>.self, cart, rows: ["carts": 2])
    }

    @Test func alertsAndRules() throws {
        let alerts = events {
            .alertChanged(
                AlertChanged(
                    alertId: $1, userId: $0, instrument: Self.share, condition: .above, isActive: true, threshold: .one)
            )
        }
        try expect(CombinedFold<AlertsView>.self, alerts, rows: ["alerts": 4])
        let watched = try FoldRunner<ReactorFold<AlertsReactor>>.run(
            EventTape([.marketUpdated, .alertChanged], alerts), .live(100))
        #expect(try watched.store.rows("watches").count == 4)
        let rules = events {
            .ruleChanged(RuleChanged(ruleId: $1, userId: $0, instrument: Self.share, isActive: true, minPrice: .one))
        }
        try expect(CombinedFold<CartView>.self, rules, rows: ["cart_rules": 4])
    }
}
