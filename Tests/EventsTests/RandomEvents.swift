import Domain
import TestKit

@testable import Events

/// Random valid events that use every field and every awkward character.
struct RandomEvents {
    var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func event(_ kind: EventKind) -> DecodedEvent {
        let envelope = Envelope(
            id: text(), source: text(), time: time(), subject: maybe { $0.text() },
            version: UpcasterRegistry.standard.currentVersion(of: kind))
        return DecodedEvent(envelope: envelope, payload: payload(kind, envelope.time))
    }

    private mutating func payload(_ kind: EventKind, _ time: Timestamp) -> EventPayload {
        switch kind {
        case .orderPlaced: .orderPlaced(orderPlaced())
        case .orderUpdated:
            .orderUpdated(
                OrderUpdated(
                    orderId: text(), userId: text(), status: pick(OrderStatus.allCases),
                    filledQuantity: maybe { $0.decimal() }, averagePrice: maybe { $0.decimal() },
                    price: maybe { $0.decimal() }, quantity: maybe { $0.decimal(least: 1) },
                    triggerPrice: maybe { $0.decimal() }, reason: maybe { $0.text() }))
        case .orderCancelled:
            .orderCancelled(OrderCancelled(orderId: text(), userId: text(), reason: maybe { $0.text() }))
        case .tradeExecuted: .tradeExecuted(trade(time))
        case .tradeCorrected: .tradeCorrected(correction())
        case .marketUpdated: .marketUpdated(tick())
        case .notificationSend: .notificationSend(notification())
        case .paymentReceived, .ruleChanged, .ruleRearmed, .cartChanged, .alertChanged, .alertTriggered,
            .notificationUpdated, .watchlistChanged, .instrumentUpdated, .preferenceChanged:
            rarerPayload(kind)
        }
    }

    private mutating func rarerPayload(_ kind: EventKind) -> EventPayload {
        switch kind {
        case .paymentReceived:
            .paymentReceived(
                PaymentReceived(
                    paymentId: text(), userId: text(), kind: pick(PaymentKind.allCases), amount: decimal(least: 1),
                    currency: pick(["INR", "USD"]), status: pick(PaymentStatus.allCases), provider: maybe { $0.text() },
                    providerPaymentId: maybe { $0.text() }))
        case .ruleChanged: .ruleChanged(rule())
        case .ruleRearmed:
            .ruleRearmed(
                RuleRearmed(ruleId: text(), userId: text(), instrument: instrument(), isActive: pick([true, false])))
        case .cartChanged:
            .cartChanged(
                CartChanged(
                    userId: text(), instrument: instrument(), action: pick(CartAction.allCases),
                    quantity: maybe { $0.decimal(least: 1) }, price: maybe { $0.decimal() },
                    isAutomatic: pick([true, false]), ruleId: maybe { $0.text() }, definedBy: maybe { $0.text() },
                    rearmedBy: maybe { $0.text() }))
        case .alertChanged: .alertChanged(alert())
        case .alertTriggered:
            .alertTriggered(
                AlertTriggered(
                    alertId: text(), userId: text(), instrument: instrument(), price: decimal(),
                    condition: pick(AlertCondition.allCases), definedBy: maybe { $0.text() }))
        case .notificationUpdated:
            .notificationUpdated(
                NotificationUpdated(
                    notificationId: text(), userId: text(), status: pick(NotificationStatus.allCases),
                    reason: maybe { $0.text() }))
        case .watchlistChanged:
            .watchlistChanged(
                WatchlistChanged(
                    listId: text(), userId: text(), name: text(),
                    symbols: (0..<Int.random(in: 0...4, using: &random)).map { _ in instrument() }))
        case .preferenceChanged:
            .preferenceChanged(
                PreferenceChanged(
                    userId: text(), category: text(), channels: maybe { [$0.pick(NotificationChannel.allCases)] } ?? [],
                    quietFrom: maybe { _ in "22:00" }, quietTo: maybe { _ in "07:30" },
                    timeZone: maybe { $0.pick(["+05:30", "Asia/Kolkata"]) }, email: maybe { _ in "a@b.example" },
                    webhookUrl: maybe { _ in "https://b.example/hook" }))
        default: .instrumentUpdated(master())
        }
    }

    private mutating func instrument() -> InstrumentKey { InstrumentKey(exchange: exchange(), symbol: symbol()) }

    private mutating func rule() -> RuleChanged {
        let ends = [decimal(), decimal()].sorted()
        return RuleChanged(
            ruleId: text(), userId: text(), instrument: instrument(), isActive: pick([true, false]),
            minPrice: maybe { _ in ends[0] }, maxPrice: maybe { _ in ends[1] }, quantity: maybe { $0.decimal(least: 1) }
        )
    }

    private mutating func alert() -> AlertChanged {
        let ends = [decimal(), decimal()].sorted()
        return AlertChanged(
            alertId: text(), userId: text(), instrument: instrument(), condition: pick(AlertCondition.allCases),
            isActive: pick([true, false]), threshold: ends[0], upper: ends[1],
            cooldownSeconds: maybe { Int64.random(in: 0...EventsLimits.maximumSeconds, using: &$0.random) },
            isOnce: pick([true, false]), channels: maybe { [$0.pick(NotificationChannel.allCases)] } ?? [])
    }

    private mutating func master() -> InstrumentUpdated {
        InstrumentUpdated(
            instrument: instrument(), type: pick(InstrumentType.allCases), exchangeType: maybe { $0.text() },
            token: maybe { $0.text() },
            name: maybe { $0.text() }, isin: maybe { _ in "INE002A01018" }, strike: maybe { $0.decimal() },
            expiry: maybe { CivilDate(dayNumber: Int32.random(in: -719_162...2_932_896, using: &$0.random)) },
            lotSize: maybe { $0.decimal(least: 1) }, tickSize: maybe { $0.decimal() }, sector: maybe { $0.text() })
    }

    private mutating func orderPlaced() -> OrderPlaced {
        OrderPlaced(
            orderId: text(), userId: text(), exchange: exchange(), symbol: symbol(), side: pick(Side.allCases),
            quantity: decimal(least: 1), orderType: pick(OrderType.allCases), price: maybe { $0.decimal() },
            triggerPrice: maybe { $0.decimal() }, product: maybe { $0.pick(Product.allCases) },
            validity: maybe { $0.pick(Validity.allCases) }, account: maybe { $0.text() } ?? "main",
            details: EventDetails(
                category: maybe { $0.text() }, strategy: maybe { $0.text() }, tags: tags(),
                requestId: maybe { $0.text() }))
    }

    private mutating func trade(_ time: Timestamp) -> TradeExecuted {
        let executedAt = maybe { $0.time() }
        return TradeExecuted(
            tradeId: text(), userId: text(), exchange: exchange(), symbol: symbol(), side: pick(Side.allCases),
            quantity: decimal(least: 1), price: decimal(), executedAt: executedAt ?? time,
            isExecutedAtImplied: executedAt == nil, fees: maybe { $0.signedDecimal() } ?? .zero,
            orderId: maybe { $0.text() }, account: maybe { $0.text() } ?? "main",
            isin: maybe { _ in "INE002A01018" }, product: maybe { $0.pick(Product.allCases) },
            multiplier: maybe { $0.decimal(least: 1) } ?? .one,
            details: EventDetails(
                segment: maybe { $0.text() }, category: maybe { $0.text() }, strategy: maybe { $0.text() },
                tags: tags(), notes: maybe { $0.text() }, broker: maybe { $0.text() }))
    }

    private mutating func correction() -> TradeCorrected {
        var values = TradeAmendment.Values()
        values.exchange = maybe { $0.exchange() }
        values.symbol = maybe { $0.symbol() }
        values.side = maybe { $0.pick(Side.allCases) }
        values.quantity = maybe { $0.decimal(least: 1) }
        values.price = maybe { $0.decimal() }
        values.executedAt = maybe { $0.time() }
        values.fees = maybe { $0.signedDecimal() }
        values.orderId = maybe { $0.text() }
        values.account = maybe { $0.text() }
        values.product = maybe { $0.pick(Product.allCases) }
        values.multiplier = maybe { $0.decimal(least: 1) }
        values.segment = maybe { $0.text() }
        values.tags = tags()
        values.notes = maybe { $0.text() }
        return TradeCorrected(
            tradeId: text(), userId: text(), action: pick(CorrectionAction.allCases), amendment: TradeAmendment(values))
    }

    private mutating func tick() -> MarketUpdated {
        MarketUpdated(
            exchange: exchange(), symbol: symbol(), lastPrice: decimal(), lastQuantity: maybe { $0.decimal() },
            volume: maybe { $0.decimal() }, dayOpen: maybe { $0.decimal() }, dayHigh: maybe { $0.decimal() },
            dayLow: maybe { $0.decimal() }, previousClose: maybe { $0.decimal() }, bid: maybe { $0.decimal() },
            ask: maybe { $0.decimal() }, bidQuantity: maybe { $0.decimal() }, askQuantity: maybe { $0.decimal() },
            openInterest: maybe { $0.decimal() }, source: maybe { $0.text() })
    }

    private mutating func notification() -> NotificationSend {
        NotificationSend(
            notificationId: text(), userId: text(), channel: pick(NotificationChannel.allCases), category: text(),
            title: text(), body: text(), priority: pick(NotificationPriority.allCases),
            data: maybe { _ in #"{"a":[1.50,null],"b":"\u00e9"}"# }, actionUrl: maybe { $0.text() },
            scheduledFor: maybe { $0.time() }, expiresAt: maybe { $0.time() })
    }

    private mutating func maybe<T>(_ make: (inout RandomEvents) -> T) -> T? {
        Bool.random(using: &random) ? make(&self) : nil
    }

    private mutating func pick<T>(_ all: [T]) -> T { all[Int.random(in: 0..<all.count, using: &random)] }

    private mutating func text() -> String {
        let alphabet = Array("abcXYZ019:/-_. \"\\é€😀\u{7F}")
        return String((0..<Int.random(in: 1...40, using: &random)).map { _ in pick(alphabet) })
    }

    private mutating func tags() -> [String] { (0..<Int.random(in: 0...3, using: &random)).map { _ in text() } }

    private mutating func exchange() -> String { pick(["NSE", "BSE", "NFO", "MCX", "A", "ABCDEFGHIJKLMNOP", "X_1"]) }

    private mutating func symbol() -> String {
        pick(["RELIANCE", "M&M", "BAJAJ-AUTO", "NIFTY 50", "NIFTY26JANFUT", "\"q\\"])
    }

    private mutating func time() -> Timestamp {
        Timestamp(microseconds: Int64.random(in: -1_000_000_000_000_000...4_000_000_000_000_000, using: &random))
    }

    private mutating func decimal(least: Int64 = 0) -> Fixed8 {
        let limits: [Int64] = [10, 100_000_000, 1_000_000_000_000, DecimalRule.exclusiveLimitUnits]
        return Fixed8(units: Int64.random(in: least..<pick(limits), using: &random))
    }

    private mutating func signedDecimal() -> Fixed8 {
        let value = decimal()
        return Bool.random(using: &random) ? -value : value
    }
}
