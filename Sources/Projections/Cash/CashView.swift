import Events

/// The tables of view `cash`: a double-entry ledger for each user and currency.
public enum CashView {
    public static let definition = ViewSchema(
        name: "cash", foldNumber: 1,
        tables: [entries, balances, bookings, SeenEvents.table(beside: bookings)], presentation: presentation)

    /// Executions name no currency: they are in that of the exchanges this system knows.
    public static let tradeCurrency = "INR"

    /// One row a line of an entry set. Never changed: a correction adds a reversal.
    static let entries = TableDefinition(
        "cash_entries", role: .ledger,
        columns: [
            Column("user_id", .text), Column("kind", .text), Column("reference", .text), Column("ordinal", .int32),
            Column("account", .text), Column("currency", .text), Column("entry", .text), Column("amount", .amount),
            Column("booked_at", .timestamp), Column("instrument", .text, nullable: true),
        ],
        key: ["user_id", "kind", "reference", "ordinal", "account"],
        indexes: [
            IndexDefinition(
                "cash_entries_time", ["user_id", "currency", "account", "booked_at", "kind", "reference", "ordinal"])
        ])

    /// One row a user and currency; the sums of the accounts, in the order of ``CashAccount``.
    static let balances = TableDefinition(
        "cash_balances", role: .state,
        columns: [Column("user_id", .text), Column("currency", .text)]
            + CashAccount.allCases.map { Column($0.rawValue, .amount) } + [
                Column("held", .amount), Column("updated_at", .timestamp),
            ],
        key: ["user_id", "currency"])

    /// One row a payment or execution: what is booked of it, and corrections that wait for it.
    static let bookings = TableDefinition(
        "cash_bookings", role: .state,
        columns: [
            Column("user_id", .text), Column("kind", .text), Column("reference", .text), Column("currency", .text),
            Column("held", .amount), Column("concluded", .bool), Column("side", .int16, nullable: true),
            Column("quantity_e8", .int64, nullable: true), Column("price_e8", .int64, nullable: true),
            Column("multiplier_e8", .int64, nullable: true), Column("fees_e8", .int64, nullable: true),
            Column("instrument", .text, nullable: true), Column("voided", .bool),
            Column("waiting", .text, nullable: true), Column("set_count", .int32),
        ],
        key: ["user_id", "kind", "reference"])

    private static let presentation: [ViewSchema.Presentation] = [
        .init(
            "cash_balances",
            """
            SELECT user_id, currency, cash AS balance, (cash - held)::numeric(38,8) AS available, held, external,
                   trading, fees, charges, updated_at
            FROM {schema}.cash_balances
            """),
        .init(
            "cash_entries",
            """
            SELECT user_id, currency, account, booked_at, kind, reference, ordinal, entry, instrument, amount
            FROM {schema}.cash_entries
            """),
    ]
}
