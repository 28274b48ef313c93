import Events

/// Carts by user, rules by symbol, and what the rules did.
public struct CartView: CombinedView {
    public static let name = "cart"
    public static let foldNumber = 2
    public static let tables: [any KeyedTable.Type] = [CartTable.self, CartRulesTable.self, RuleFiringsTable.self]

    /// It fired since it was made, changed or armed last: told by the events that it had been made and armed by when it fired,
    /// for a tick's time says nothing of that. A rule that was taken away and made anew has lost its arming; what armed the
    /// one before it lies before the new definition, both by their users' clock. Firings that name no definition, told by
    /// earlier releases, are compared by time.
    private static let firedAsItStands = """
        CASE WHEN f.last_defined_by IS NULL THEN greatest(r.changed_at, r.rearmed_at) < f.last_fired_at
             ELSE f.last_defined_by = r.defined_by AND (f.last_rearmed_by IS NOT DISTINCT FROM r.rearmed_by
                 OR f.last_rearmed_by IS NULL AND r.rearmed_at <= r.changed_at) END
        """

    public static let presentation: [ViewSchema.Presentation] = [
        .init(
            "cart",
            """
            SELECT c.user_id, l.exchange, l.symbol, \(decimal("l.quantity_e8")) AS quantity,
                   \(decimal("l.price_e8")) AS price, l.rules, \(time("l.added_at_us")) AS added_at,
                   \(time("l.updated_at_us")) AS updated_at
            FROM {schema}.carts c CROSS JOIN LATERAL jsonb_to_recordset(c.lines::jsonb) AS l(
                exchange text, symbol text, quantity_e8 bigint, price_e8 bigint, rules jsonb, added_at_us bigint,
                updated_at_us bigint)
            """),
        .init(
            "cart_rules",
            """
            SELECT r.user_id, r.rule_id, r.exchange, r.symbol, r.is_active AS active,
                   r.is_active AND NOT coalesce(\(firedAsItStands), false) AS armed,
                   \(decimal("r.min_price_e8")) AS min_price, \(decimal("r.max_price_e8")) AS max_price,
                   \(decimal("coalesce(r.quantity_e8, 100000000)")) AS quantity,
                   coalesce(f.times, 0) AS times_fired, f.last_fired_at,
                   \(decimal("f.last_price_e8")) AS last_fired_price, r.rearmed_at,
                   r.changed_at, greatest(r.changed_at, r.rearmed_at, f.last_fired_at) AS updated_at
            FROM {schema}.cart_rules r LEFT JOIN {schema}.rule_firings f
                ON f.user_id = r.user_id AND f.rule_id = r.rule_id AND f.exchange = r.exchange AND f.symbol = r.symbol
            WHERE r.changed_at IS NOT NULL
            """),
    ]

    public static func parkingKey(of event: FoldEvent) -> String { userId(of: event.decoded.payload) ?? "" }

    public static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? { readable.userId }

    private static func userId(of payload: EventPayload) -> String? {
        switch payload {
        case .cartChanged(let change): change.userId
        case .ruleChanged(let rule): rule.userId
        case .ruleRearmed(let rule): rule.userId
        default: nil
        }
    }

    private static func decimal(_ column: String) -> String { ViewSchema.decimal(column) }
    private static func time(_ column: String) -> String {
        "(timestamptz 'epoch' + \(column) * interval '1 microsecond')"
    }
}
