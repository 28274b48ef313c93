/// `cart`, by exchange and symbol, and `cart/rules`, by rule.
enum CartEndpoints {
    private static let instrument: [RouteParameter] = [.query("exchange", .text), .query("symbol", .symbol)]

    static let routes: [Route] = [
        Route(
            "/v1/cart", "listCart", access: .user,
            parameters: [CommonParameters.user] + instrument + CommonParameters.page + [CommonParameters.after],
            action: .read { (call) throws(Problem) in try lines.plan(call) }),
        Route(
            "/v1/cart/rules", "listCartRules", access: .user,
            parameters: [CommonParameters.user] + instrument + CommonParameters.page + [CommonParameters.after],
            action: .read { (call) throws(Problem) in try rules.plan(call) }),
    ]

    private static let lines = DefinitionList(
        view: .cart, relation: "cart",
        columns: [
            .text("symbol", "r.symbol"), .text("exchange", "r.exchange"), .decimal("quantity", "r.quantity"),
            .decimal("price", "r.price"), .json("ruleIds", "r.rules"), .time("addedAt", "r.added_at"),
            .time("updatedAt", "r.updated_at"),
        ], key: ["exchange", "symbol"])

    private static let rules = DefinitionList(
        view: .cart, relation: "cart_rules",
        columns: [
            .text("ruleId", "r.rule_id"), .text("symbol", "r.symbol"), .text("exchange", "r.exchange"),
            .bool("active", "r.active"), .bool("armed", "r.armed"), .decimal("minPrice", "r.min_price"),
            .decimal("maxPrice", "r.max_price"), .decimal("quantity", "r.quantity"),
            .integer("timesFired", "r.times_fired"), .time("lastFiredAt", "r.last_fired_at"),
            .decimal("lastFiredPrice", "r.last_fired_price"), .time("updatedAt", "r.updated_at"),
        ], key: ["rule_id", "exchange", "symbol"])
}
