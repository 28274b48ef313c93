import Domain
import Events

/// The oracle for view `analytics`: keeps events as they came and works out every row and every figure from the list of all
/// trades, on every question anew.
///
/// It shares nothing with the fold, its books or its statistics but the number types.
public struct NaiveAnalytics {
    /// The columns that the oracle knows, of table `days`.
    public static let dayColumns: Set<String> = [
        "user_id", "day", "exchange", "executions", "fees", "winning_trades", "losing_trades", "break_even_trades",
        "gross_pnl", "gross_profit", "gross_loss", "held_seconds",
    ]
    /// The columns that the oracle knows, of table `payments`.
    public static let paymentColumns: Set<String> = [
        "user_id", "payment_id", "kind", "status", "amount_e8", "currency", "event_time", "trading_day",
    ]

    /// An execution as its corrections leave it.
    struct Execution {
        var trade: TradeExecuted
        var isVoid = false
        /// The trade as it came, and after each correction.
        var stations: [TradeExecuted]
        var closures: [NaiveClosure] = []

        var book: [String] {
            [trade.userId, trade.account, NaivePositions.instrument(trade)]
        }
        var day: CivilDate { NaiveAnalytics.day(trade) }
        var gross: Int128 { closures.reduce(0) { $0 + $1.grossPnl.units } }
        var realized: Int128 { closures.reduce(0) { $0 + $1.grossPnl.units - $1.fees.units } }
        var isClosing: Bool { !closures.isEmpty }
        var heldMicroseconds: Int128 {
            closures.first.map { Int128(trade.executedAt.microseconds - $0.entryAt.microseconds) } ?? 0
        }
    }

    let executions: [Execution]
    let payments: [(payment: PaymentReceived, time: Timestamp)]

    public init(_ events: some Sequence<DecodedEvent>) throws {
        let all = Array(events)
        executions = try Self.closed(Self.corrected(NaivePositions(all)))
        var payments: [(payment: PaymentReceived, time: Timestamp)] = []
        var known: Set<[String]> = []
        for event in all {
            guard case .paymentReceived(let payment) = event.payload, payment.status != .pending else { continue }
            guard known.insert([payment.userId, payment.paymentId]).inserted else { continue }
            payments.append((payment, event.envelope.time))
        }
        self.payments = payments
    }

    private static func corrected(_ naive: NaivePositions) -> [Execution] {
        naive.executions.map { key, first in
            var execution = Execution(trade: first.trade, stations: [first.trade])
            for correction in naive.corrections[key] ?? [] {
                if correction.body.action == .void {
                    execution.isVoid = true
                } else {
                    NaivePositions.amend(&execution.trade, correction.body.amendment.values)
                }
                execution.stations.append(execution.trade)
            }
            return execution
        }
    }

    private static func closed(_ executions: [Execution]) throws -> [Execution] {
        var result: [Execution] = []
        for group in Dictionary(grouping: executions, by: \.book).values {
            var book = NaiveBook()
            for execution in group where !execution.isVoid { book.record(NaivePositions.fill(execution.trade)) }
            let closures = Dictionary(grouping: try book.answer().closures, by: \.exitTradeId)
            for var execution in group {
                if !execution.isVoid { execution.closures = closures[execution.trade.tradeId] ?? [] }
                result.append(execution)
            }
        }
        return result
    }

    /// India's exchanges keep India's day, all others that of UTC.
    static func day(_ trade: TradeExecuted) -> CivilDate { day(trade.executedAt, trade.exchange) }

    static func day(_ time: Timestamp, _ exchange: String) -> CivilDate {
        let isIndian = ["NSE", "BSE", "NFO", "MCX"].contains(exchange)
        let local = time.microseconds + (isIndian ? 19_800_000_000 : 0)
        return CivilDate(dayNumber: Int32((Double(local) / 86_400_000_000).rounded(.down)))
    }

    /// The rows of table `days`.
    public func dayRows() -> Set<PresentedRow> {
        var places: Set<[String]> = []
        for execution in executions {
            for trade in execution.stations { places.insert([trade.userId, "\(Self.day(trade))", trade.exchange]) }
        }
        let standing = Dictionary(grouping: executions.filter { !$0.isVoid }) {
            [$0.trade.userId, "\($0.day)", $0.trade.exchange]
        }
        return Set(places.map { dayRow($0, standing[$0] ?? []) })
    }

    private func dayRow(_ place: [String], _ here: [Execution]) -> PresentedRow {
        let closing = here.filter(\.isClosing)
        func sum(_ values: [Int128]) -> String { "\(Amount(units: values.reduce(0, +)))" }
        return [
            "user_id": place[0], "day": place[1], "exchange": place[2], "executions": "\(here.count)",
            "fees": sum(here.map { Int128($0.trade.fees.units) }),
            "winning_trades": "\(closing.count { $0.realized > 0 })",
            "losing_trades": "\(closing.count { $0.realized < 0 })",
            "break_even_trades": "\(closing.count { $0.realized == 0 })",
            "gross_pnl": sum(closing.map(\.gross)),
            "gross_profit": sum(closing.map { max($0.realized, 0) }),
            "gross_loss": sum(closing.map { min($0.realized, 0) }),
            "held_seconds": sum(closing.map { $0.heldMicroseconds * 100 }),
        ]
    }

    /// The rows of table `payments`.
    public func paymentRows() -> Set<PresentedRow> {
        Set(
            payments.map { payment, time in
                [
                    "user_id": payment.userId, "payment_id": payment.paymentId, "kind": payment.kind.rawValue,
                    "status": payment.status.rawValue, "amount_e8": "\(payment.amount)", "currency": payment.currency,
                    "event_time": "\(time)", "trading_day": "\(Self.day(time, "NSE"))",
                ]
            })
    }
}
