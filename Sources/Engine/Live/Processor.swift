import Events

/// A program that serves views until it is stopped. As many copies as there are lanes share them.
public struct Processor: Sendable {
    /// The executable's.
    public let name: String
    public let views: [String]

    public static let market = Processor(name: "market-processor", views: ["market", "instruments"])
    public static let positions = Processor(name: "positions-processor", views: ["positions"])
    public static let orders = Processor(name: "orders-processor", views: ["orders"])
    public static let notifications = Processor(
        name: "notifications-processor", views: ["notifications", "preferences"])
    public static let cash = Processor(name: "cash-processor", views: ["cash", "watchlists"])
    public static let analytics = Processor(name: "analytics-processor", views: ["analytics"])
    /// What rules put into carts, and the carts.
    public static let cart = Processor(name: "cart-processor", views: ["rules", "cart"])
    /// What fires alerts, and the alerts.
    public static let alerts = Processor(name: "alerts-processor", views: ["triggers", "alerts"])

    /// The package's, in the order in which they are started.
    public static let standard: [Processor] = [
        market,
        positions,
        orders,
        analytics,
        notifications,
        cash,
        cart,
        alerts,
    ]

    /// What has to run so that all of a program's views are folded, as far as a topology wires them.
    public struct Needed: Sendable {
        /// Processors of the package, whose views all are the package's.
        public let packaged: [Processor]
        /// Views that only the program itself can fold: its own, and what it changed of the package's.
        public let own: [String]
    }

    public static func needed(for views: ViewRegistry) -> Needed {
        let packaged = standard.filter { $0.views.allSatisfy(views.isOfPackage) }
        let served = Set(packaged.flatMap(\.views))
        return Needed(packaged: packaged, own: views.names.filter { !served.contains($0) })
    }

    /// What serves a view: a processor of the package, or the command that serves any view.
    public static func program(serving view: String) -> String {
        standard.first { $0.views.contains(view) }?.name ?? "tapefold process \(view)"
    }
}
