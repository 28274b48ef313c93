import Domain
import Events
import Projections

/// Each user's turnover on each trading day: Σ price × quantity × multiplier of the executions, as the exchange reported
/// them first; later corrections leave it as it is. Since fold 2 with the fees.
struct Turnover: KeyedView {
    struct Key: LaneKey {
        let userId: String
        let day: CivilDate
        var partitionKey: String { userId }
    }

    struct State {
        var amount = Amount.zero
        var trades: Int64 = 0
        var fees = Amount.zero
    }

    static let name = "turnover"
    static let foldNumber = 2
    static let table = TableDefinition(
        "turnover", role: .state,
        columns: [
            Column("user_id", .text), Column("trading_day", .date), Column("amount", .amount), Column("trades", .int64),
            Column("fees", .amount),
        ],
        key: ["user_id", "trading_day"])
    static let presentation = [
        ViewSchema.Presentation(
            "turnover", "SELECT user_id, trading_day, amount AS turnover, trades, fees FROM {schema}.turnover")
    ]

    private let calendar = ExchangeCalendar.ofProcess

    func key(of event: FoldEvent) -> Key? {
        guard case .tradeExecuted(let trade) = event.decoded.payload else { return nil }
        return Key(userId: trade.userId, day: calendar.schedule(trade.exchange).tradingDay(at: trade.executedAt))
    }

    func newState(for key: Key) -> State { State() }

    func fold(_ event: FoldEvent, into state: inout State) throws(FoldRefusal) {
        guard case .tradeExecuted(let trade) = event.decoded.payload else { return }
        do throws(NumberError) {
            try state.amount += .product(
                priceDifference: trade.price, quantity: trade.quantity, multiplier: trade.multiplier)
            try state.fees += Amount(trade.fees)
        } catch {
            throw FoldRefusal("turnover_out_of_range", "trade \(trade.tradeId): \(error)")
        }
        state.trades += 1
    }

    static func encode(_ key: Key, into row: RowBatch) {
        row.put(key.userId)
        row.put(unixDay: key.day.dayNumber)
    }

    static func encode(_ state: State, into row: RowBatch) {
        row.put(amountUnits: state.amount.units)
        row.put(state.trades)
        row.put(amountUnits: state.fees.units)
    }

    static func key(of row: RowReader) throws(RowError) -> Key {
        Key(userId: try row.text(0), day: CivilDate(dayNumber: try row.unixDay(1)))
    }

    static func state(of row: RowReader) throws(RowError) -> State {
        State(
            amount: Amount(units: try row.amountUnits(2)), trades: try row.int64(3),
            fees: Amount(units: try row.amountUnits(4)))
    }
}
