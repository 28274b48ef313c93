import Domain
import Events

/// Cart rules: when the price of a rule's symbol enters [minPrice, maxPrice], its quantity goes into the user's cart and
/// the user is told. Again only after the price left the range, or the item left the cart (`rules.rearmed`).
public enum RulesReactor: Reactor {
    public struct Definition: Sendable {
        public let minPrice: Price?
        public let maxPrice: Price?
        public let quantity: Quantity?
    }

    public static let name = "rules"
    public static let foldNumber = 2
    public static let columns = [
        Column("min_price_e8", .int64, nullable: true), Column("max_price_e8", .int64, nullable: true),
        Column("quantity_e8", .int64, nullable: true),
    ]

    public static func command(of event: DecodedEvent) -> ReactorCommand<Definition>? {
        switch event.payload {
        case .ruleChanged(let rule):
            let key = WatchKey(userId: rule.userId, id: rule.ruleId)
            guard rule.isActive else { return ReactorCommand(rule.instrument, key, .remove) }
            let definition = Definition(minPrice: rule.minPrice, maxPrice: rule.maxPrice, quantity: rule.quantity)
            return ReactorCommand(rule.instrument, key, .set(definition))
        case .ruleRearmed(let rule) where rule.isActive:
            return ReactorCommand(rule.instrument, WatchKey(userId: rule.userId, id: rule.ruleId), .rearm)
        default: return nil
        }
    }

    public static func watch(of definition: Definition) -> Watch {
        Watch(
            lower: definition.minPrice?.units ?? RangeIndex.noLowerEnd,
            upper: definition.maxPrice?.units ?? RangeIndex.noUpperEnd)
    }

    public static func effects(of firing: Firing<Definition>) -> [EventPayload] {
        let quantity = firing.definition.quantity ?? .one
        let (user, rule) = (firing.key.userId, firing.key.id)
        let notification = NotificationSend(
            notificationId: TextFit.identifier("rule:\(firing.mark)"), userId: user, channel: .inApp,
            category: "cart_rule", title: TextFit.label("\(firing.instrument) is in your cart"),
            body: TextFit.notes(
                "\(firing.instrument) at \(firing.price): rule \(rule) put \(quantity) into your cart"),
            data: JSONText.object([
                "ruleId": rule, "symbol": "\(firing.instrument)", "price": "\(firing.price)",
                "quantity": "\(quantity)",
            ]))
        return [
            .cartChanged(
                CartChanged(
                    userId: user, instrument: firing.instrument, action: .add, quantity: quantity,
                    price: firing.price, isAutomatic: true, ruleId: rule, definedBy: firing.origin.definedBy,
                    rearmedBy: firing.origin.rearmedBy)),
            .notificationSend(notification),
        ]
    }

    public static func encode(_ definition: Definition, into row: RowBatch) {
        row.put(definition.minPrice?.units)
        row.put(definition.maxPrice?.units)
        row.put(definition.quantity?.units)
    }

    public static func definition(of row: RowReader, first: Int) throws(RowError) -> Definition {
        Definition(
            minPrice: try row.optionalInt64(first).map(Price.init(units:)),
            maxPrice: try row.optionalInt64(first + 1).map(Price.init(units:)),
            quantity: try row.optionalInt64(first + 2).map(Quantity.init(units:)))
    }

    public static func parkingKey(of readable: ReadableKey, kind: EventKind) -> String? {
        guard kind == .ruleChanged || kind == .ruleRearmed, let user = readable.userId, let rule = readable.ruleId
        else {
            return nil
        }
        return WatchKey(userId: user, id: rule).parkingKey
    }
}
