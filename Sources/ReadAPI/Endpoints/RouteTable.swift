/// Everything the read API serves. `schemas/openapi.yaml` is held to this table by a test, both ways.
enum RouteTable {
    static let routes: [Route] =
        PositionEndpoints.routes + TradeEndpoints.routes + OrderEndpoints.routes + MarketEndpoints.routes
        + NotificationEndpoints.routes
        + CashEndpoints.routes
        + WatchlistEndpoints.routes
        + InstrumentEndpoints.routes
        + CartEndpoints.routes + AlertEndpoints.routes
        + AnalyticsEndpoints.routes + EquityCurveEndpoint.routes
        + SystemEndpoints.routes
        + StreamEndpoints.routes + AuthEndpoints.routes + CommandEndpoints.routes
        + AdminEndpoints.routes + DashboardEndpoints.routes
}
