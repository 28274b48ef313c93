import Domain
import Events

extension CashBooking {
    private enum SideCode {
        static let buy: Int16 = 1
        static let sell: Int16 = -1
    }

    static func encode(_ key: CashBookingKey, into row: RowBatch) {
        row.put(key.userId)
        row.put(key.kind.rawValue)
        row.put(key.reference)
    }

    func encode(into row: RowBatch) {
        row.put(currency)
        row.put(amountUnits: held.units)
        row.put(isConcluded)
        if let trade { row.put(trade.side == .buy ? SideCode.buy : SideCode.sell) } else { row.putNull() }
        row.put(trade?.quantity.units)
        row.put(trade?.price.units)
        row.put(trade?.multiplier.units)
        row.put(trade?.fees.units)
        row.put(trade?.instrument)
        row.put(isVoid)
        row.put(waiting.isEmpty ? nil : Self.lines(waiting))
        row.put(setCount)
    }

    static func key(_ row: RowReader) throws(RowError) -> CashBookingKey {
        guard let kind = CashBookingKey.Kind(rawValue: try row.text(1)) else { throw failure("kind") }
        return CashBookingKey(userId: try row.text(0), kind: kind, reference: try row.text(2))
    }

    /// - Throws: `RowError` when the stored row is not what `encode` writes.
    init(_ row: RowReader) throws(RowError) {
        self.init(currency: try row.text(3))
        held = Amount(units: try row.amountUnits(4))
        isConcluded = try row.bool(5)
        if let side = try row.optionalInt16(6) {
            trade = BookedTrade(
                side: side == SideCode.buy ? .buy : .sell, quantity: Quantity(units: try row.int64(7)),
                price: Price(units: try row.int64(8)), multiplier: Fixed8(units: try row.int64(9)),
                fees: Fixed8(units: try row.int64(10)), instrument: try row.text(11))
        }
        isVoid = try row.bool(12)
        waiting = try row.optionalText(13).map { (text) throws(RowError) in try Self.events(text) } ?? []
        setCount = try row.int32(14)
    }

    /// One event a line: JSON holds no line ends.
    private static func lines(_ events: [DecodedEvent]) -> String {
        let encoder = EventEncoder()
        return events.map { String(decoding: encoder.structured($0), as: UTF8.self) }.joined(separator: "\n")
    }

    private static func events(_ text: String) throws(RowError) -> [DecodedEvent] {
        let decoder = EventDecoder()
        var events: [DecodedEvent] = []
        for line in text.split(separator: "\n") {
            var text = String(line)
            let event = text.withUTF8 { bytes in
                try? decoder.decode(.tradeCorrected, value: UnsafeRawBufferPointer(bytes))
            }
            guard let event else { throw failure("waiting") }
            events.append(event)
        }
        return events
    }

    private static func failure(_ column: String) -> RowError {
        RowError(table: CashView.bookings.name, column: column)
    }
}
