/// The views that the read API asks. The raw value is the view's name in `tapefold.build`.
enum ViewName: String, Sendable, CaseIterable {
    case positions, market, orders, analytics
    case notifications, cash, watchlists, instruments
    case cart, alerts
}
