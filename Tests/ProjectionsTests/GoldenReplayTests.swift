import Domain
import Foundation
import Projections
import TestKit
import Testing

/// A log of an earlier release leads to the rows that it led to then, or the fold has another number.
@Suite struct GoldenReplayTests {
    private func golden(_ view: String) -> GoldenReplay {
        GoldenReplay(
            URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Golden/\(view)").standardized)
    }

    @Test func positions() throws { try golden("positions").check(PositionsFold.self) }

    @Test func orders() throws { try golden("orders").check(OrdersFold.self) }

    @Test func cart() throws { try golden("cart").check(CombinedFold<CartView>.self) }

    @Test func alerts() throws { try golden("alerts").check(CombinedFold<AlertsView>.self) }

    @Test func cash() throws { try golden("cash").check(CashFold.self) }

    @Test func notifications() throws { try golden("notifications").check(KeyedFold<NotificationsView>.self) }

    @Test func analytics() throws { try golden("analytics").check(AnalyticsFold.self) }

    @Test func market() throws {
        let settings = MarketSettings(calendar: try .standard())
        try golden("market").check(MarketFold.self) { MarketFold(mode: $0, lane: 0, settings: settings) }
    }
}
