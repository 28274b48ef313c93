import Domain
import Events

/// Random executions and corrections over some weeks and exchanges, with payments between them.
public enum AnalyticsTape {
    public static let inputs: [EventKind] = [.tradeExecuted, .tradeCorrected, .paymentReceived]
    public static let exchanges = ["NSE", "BSE", "MCX", "ABROAD"]
    private static let minutesPerTick: Int64 = 300

    public static func make(seed: UInt64, count: Int, users: [String] = ["u1", "u2"]) -> EventTape {
        var random = SeededRandom(seed: seed ^ 0x9A11)
        var events: [DecodedEvent] = []
        let trades = PositionsTape.make(
            seed: seed, count: count, users: users, exchanges: exchanges, minutesPerTick: minutesPerTick)
        for event in trades.events.map(\.decoded) {
            events.append(event)
            guard random.chance(15) else { continue }
            if random.chance(20), let again = events.last(where: { $0.kind == .paymentReceived }) {
                events.append(again)
            } else {
                events += payments(number: events.count, near: event.envelope.time, users, &random)
            }
        }
        return EventTape(inputs, events)
    }

    /// One payment: announced, concluded, or both under one id, each an event of its own.
    private static func payments(
        number: Int, near time: Timestamp, _ users: [String], _ random: inout SeededRandom
    ) -> [DecodedEvent] {
        var payment = PaymentReceived(
            paymentId: "p\(number)", userId: random.pick(users),
            kind: random.pick([.deposit, .deposit, .deposit, .withdrawal, .charge, .refund]),
            amount: Fixed8(units: Int64.random(in: 1...50_000_000_000_000, using: &random)),
            currency: random.chance(85) ? "INR" : "USD", status: .pending)
        let shift = Int64.random(in: -3...3, using: &random) * Timestamp.microsecondsPerDay
        let announcedAt = Timestamp(microseconds: max(0, time.microseconds + shift))
        let isAnnounced = random.chance(40)
        var events: [DecodedEvent] = []
        if isAnnounced {
            events.append(DecodedEvent(.paymentReceived(payment), id: "e-p\(number)-pending", time: announcedAt))
        }
        if !isAnnounced || random.chance(70) {
            payment.status = random.chance(80) ? .completed : .failed
            let concludedAt = Timestamp(microseconds: announcedAt.microseconds + Timestamp.microsecondsPerDay / 2)
            events.append(DecodedEvent(.paymentReceived(payment), id: "e-p\(number)", time: concludedAt))
        }
        return events
    }
}
