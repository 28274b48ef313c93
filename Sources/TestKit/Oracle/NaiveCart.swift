import Domain
import Events

/// The oracle for view `cart`: every user's cart as plain figures, and the events that its changes give rise to.
public struct NaiveCart {
    public struct Line: Equatable, Sendable {
        public var instrument: InstrumentKey
        /// In units at scale 8.
        public var quantity: Int64
        public var price: Int64?
        public var rules: [String]

        public init(instrument: InstrumentKey, quantity: Int64, price: Int64?, rules: [String]) {
            self.instrument = instrument
            self.quantity = quantity
            self.price = price
            self.rules = rules
        }
    }

    /// By user, in the order in which the lines were added.
    public private(set) var carts: [String: [Line]] = [:]
    /// Orders, rearmed rules and adds that were left out, as text.
    public private(set) var told: [String] = []
    private var known: Set<[String]> = []

    public init(_ events: some Sequence<DecodedEvent>) {
        for event in events { take(event) }
    }

    private mutating func take(_ event: DecodedEvent) {
        guard case .cartChanged(let change) = event.payload,
            known.insert([change.userId, event.envelope.source, event.envelope.id]).inserted
        else { return }
        let before = carts[change.userId] ?? []
        var lines = before
        let index = lines.firstIndex { $0.instrument == change.instrument }
        switch change.action {
        case .add:
            guard let instrument = change.instrument else { return }
            guard fits(change, index.map { lines[$0] }, lineCount: lines.count) else {
                told.append("left out \(change.userId) \(instrument)")
                return
            }
            let place = index ?? lines.count
            if index == nil { lines.append(Line(instrument: instrument, quantity: 0, price: nil, rules: [])) }
            lines[place].quantity += (change.quantity ?? .one).units
            lines[place].price = change.price?.units
            if let rule = change.ruleId, !lines[place].rules.contains(rule) { lines[place].rules.append(rule) }
        case .remove:
            guard let index else { break }
            lines[index].quantity -= change.quantity?.units ?? lines[index].quantity
            if lines[index].quantity <= 0 { lines.remove(at: index) }
        case .clear, .checkout: lines = []
        }
        carts[change.userId] = lines
        tell(before.filter { line in !lines.contains { $0.instrument == line.instrument } }, change)
    }

    /// 5 000 lines, 1 000 rules a line, and a quantity of 64 bits at scale 8.
    private func fits(_ change: CartChanged, _ line: Line?, lineCount: Int) -> Bool {
        guard let line else { return lineCount < 5_000 }
        let isNewRule = change.ruleId.map { !line.rules.contains($0) } ?? false
        let quantity = Int128(line.quantity) + Int128((change.quantity ?? .one).units)
        return quantity <= Int128(Int64.max) && !(isNewRule && line.rules.count >= 1_000)
    }

    private mutating func tell(_ gone: [Line], _ change: CartChanged) {
        if change.action == .checkout {
            told += gone.map { "order \(change.userId) \($0.instrument) \($0.quantity) \($0.price ?? -1)" }
        }
        told += gone.flatMap { line in line.rules.map { "rearmed \(change.userId) \(line.instrument) \($0)" } }
    }
}
