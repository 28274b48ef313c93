import Domain
import Events

/// What is booked together: a payment, or an execution with its corrections.
struct CashBookingKey: Hashable {
    enum Kind: String {
        case payment
        case trade
    }

    @ExactText var userId: String
    let kind: Kind
    /// paymentId or tradeId.
    @ExactText var reference: String
}

/// Entries as they go to the ledger.
struct PostedSet {
    let set: EntrySet
    let bookedAt: Timestamp
    /// Its place among the sets of its booking, from 0.
    let ordinal: Int32
    let instrument: String?
}

/// A booking in a fold's memory: what a correction must know to take back exactly what was booked.
///
/// The sets of an execution are a function of it and of its corrections in their topic's order, whenever each arrives: an
/// execution is booked at its own time, each correction takes that back and books anew at the correction's time.
struct CashBooking {
    var currency: String
    /// Of a payment that is announced and not concluded: what is not available meanwhile.
    var held = Amount.zero
    /// A payment's outcome is known.
    var isConcluded = false
    /// nil for a payment, and until the execution comes.
    var trade: BookedTrade?
    var isVoid = false
    /// Corrections that came before their execution, in their order.
    var waiting: [DecodedEvent] = []
    var setCount: Int32 = 0

    init(currency: String) { self.currency = currency }

    private mutating func post(_ set: EntrySet, at time: Timestamp, _ instrument: String? = nil) -> PostedSet {
        defer { setCount += 1 }
        return PostedSet(set: set, bookedAt: time, ordinal: setCount, instrument: instrument)
    }

    /// - Throws: `.outOfRange`.
    mutating func fold(_ payment: PaymentReceived, at time: Timestamp) throws(NumberError) -> [PostedSet] {
        guard payment.status != .pending else {
            let leavesCash = payment.kind == .withdrawal || payment.kind == .charge
            if !isConcluded, leavesCash { held = Amount(payment.amount) }
            return []
        }
        isConcluded = true
        held = .zero
        guard payment.status == .completed else { return [] }
        return [post(try EntrySet(payment), at: time)]
    }

    /// - Throws: `.outOfRange`.
    mutating func fold(_ executed: TradeExecuted) throws(NumberError) -> [PostedSet] {
        let booked = BookedTrade(executed)
        trade = booked
        var posted = [post(try EntrySet(booked), at: executed.executedAt, booked.instrument)]
        let corrections = waiting
        waiting = []
        for event in corrections { posted += try correct(event) }
        return posted
    }

    /// - Throws: `.outOfRange`.
    mutating func correct(_ event: DecodedEvent) throws(NumberError) -> [PostedSet] {
        guard case .tradeCorrected(let correction) = event.payload else { return [] }
        guard let before = trade else {
            waiting.append(event)
            return []
        }
        var after = before
        if correction.action == .amend { after.amend(correction.amendment.values) }
        trade = after
        guard !isVoid else { return [] }
        isVoid = correction.action == .void
        let (old, new) = (try EntrySet(before), try EntrySet(after))
        guard isVoid || old != new else { return [] }
        let time = event.envelope.time
        let reversal = post(old.reversed, at: time, before.instrument)
        return isVoid ? [reversal] : [reversal, post(new, at: time, after.instrument)]
    }
}
