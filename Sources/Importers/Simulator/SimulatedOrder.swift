/// An order on its way.
struct SimulatedOrder {
    enum Stage {
        case placed, open
    }

    let number: Int
    let user: String
    let instrument: Int
    let quantity: Int64
    var filled: Int64 = 0
    var stage = Stage.placed
    /// Random bits that decide side, product, type, category and strategy.
    private let style: UInt64

    init(number: Int, user: String, instrument: Int, quantity: Int64, style: UInt64) {
        self.number = number
        self.user = user
        self.instrument = instrument
        self.quantity = quantity
        self.style = style
    }

    var remaining: Int64 { quantity - filled }
    var isBuy: Bool { style & 1 == 0 }
    var isLimit: Bool { style >> 1 & 3 != 0 }
    var product: StaticString {
        switch style >> 3 & 7 {
        case 0...3: "CNC"
        case 4...6: "MIS"
        default: "NRML"
        }
    }

    func writeLabels(to line: inout EventLine) {
        switch style >> 6 & 3 {
        case 0: line.field("category", plain: "intraday")
        case 1: line.field("category", plain: "swing")
        case 2: line.field("category", plain: "investment")
        default: break
        }
        switch style >> 8 & 7 {
        case 0, 1: line.field("strategy", plain: "momentum")
        case 2, 3: line.field("strategy", plain: "mean-reversion")
        case 4: line.field("strategy", plain: "breakout")
        case 5: line.field("strategy", plain: "dividend")
        default: break
        }
    }
}
