import Domain
import Events

extension Cart {
    /// Why an add is left out. It breaks no schema, so it does not park: what its user does next, to clear the cart say, must not
    /// wait behind it.
    enum Refusal {
        case full(lines: Int)
        case quantityOutOfRange
        case tooManyRules

        var code: String {
            switch self {
            case .full: "cart_full"
            case .quantityOutOfRange: "quantity_out_of_range"
            case .tooManyRules: "too_many_rules"
            }
        }

        /// For the user.
        var reason: String {
            switch self {
            case .full(let lines): "it has \(lines) lines, the most that a cart may have"
            case .quantityOutOfRange: "with what is there already that would be more than a cart can hold"
            case .tooManyRules:
                "\(ProjectionLimits.maximumRulesPerCartLine) rules fill this line already, the most that may"
            }
        }
    }

    /// Why the change is left out; nil where it is carried out.
    func refusal(of change: CartChanged) -> Refusal? {
        guard change.action == .add, let instrument = change.instrument else { return nil }
        guard let line = lines.first(where: { $0.instrument == instrument }) else {
            return lines.count < ProjectionLimits.maximumCartLines ? nil : .full(lines: lines.count)
        }
        guard (try? line.quantity + (change.quantity ?? .one)) != nil else { return .quantityOutOfRange }
        guard let rule = change.ruleId, !line.rules.contains(rule) else { return nil }
        return line.rules.count < ProjectionLimits.maximumRulesPerCartLine ? nil : .tooManyRules
    }

    /// Carries out a change that ``refusal(of:)`` lets through.
    mutating func carryOut(_ change: CartChanged, at time: Timestamp) {
        switch change.action {
        case .add: add(change, at: time)
        case .remove: remove(change, at: time)
        case .clear, .checkout: lines = []
        }
    }

    private mutating func add(_ change: CartChanged, at time: Timestamp) {
        guard let instrument = change.instrument else { return }
        let quantity = change.quantity ?? .one
        guard let index = lines.firstIndex(where: { $0.instrument == instrument }) else {
            lines.append(
                Line(
                    instrument: instrument, quantity: quantity, price: change.price,
                    rules: change.ruleId.map { [$0] } ?? [], addedAt: time, updatedAt: time))
            return
        }
        guard let sum = try? lines[index].quantity + quantity else { return }
        lines[index].quantity = sum
        lines[index].price = change.price
        lines[index].updatedAt = max(lines[index].updatedAt, time)
        if let rule = change.ruleId, !lines[index].rules.contains(rule) { lines[index].rules.append(rule) }
    }

    private mutating func remove(_ change: CartChanged, at time: Timestamp) {
        guard let index = lines.firstIndex(where: { $0.instrument == change.instrument }) else { return }
        // The difference of two positive quantities is in range.
        guard let quantity = change.quantity, quantity < lines[index].quantity,
            let rest = try? lines[index].quantity - quantity
        else {
            lines.remove(at: index)
            return
        }
        lines[index].quantity = rest
        lines[index].updatedAt = max(lines[index].updatedAt, time)
    }
}
