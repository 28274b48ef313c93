import Domain

/// Times as Indian brokers and exchanges write them: without a zone, meaning Asia/Kolkata, which has had no summer time
/// since 1945.
enum LocalTime {
    static let offsetMinutes = 330

    /// `2025-06-02T09:21:55` or with a blank for the T, with or without a fraction; a zone is obeyed where given.
    static func parse(_ text: String) -> Timestamp? {
        var bytes = Array(text.utf8)
        guard bytes.count >= 16 else { return nil }
        if bytes[10] == UInt8(ascii: " ") { bytes[10] = UInt8(ascii: "T") }
        if bytes.count == 16 { bytes += Array(":00".utf8) }
        let hasZone = bytes.last.map { $0 | 0x20 == UInt8(ascii: "z") } ?? false
        let hasOffset = bytes.dropFirst(19).contains { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
        if !hasZone && !hasOffset { bytes += Array("+05:30".utf8) }
        return bytes.withUnsafeBytes { try? Timestamp(parsing: $0) }
    }

    /// Minutes after midnight at which the exchange's continuous session opens.
    static func openMinutes(of exchange: String) -> Int {
        commodityExchanges.contains(exchange) ? 9 * 60 : 9 * 60 + 15
    }

    static func sessionOpen(_ date: CivilDate, exchange: String) -> Timestamp {
        Timestamp(date, minutes: openMinutes(of: exchange), offsetMinutes: offsetMinutes)
    }

    /// From when to when the exchange trades on a day by its calendar: special sessions have hours of their own. A day without a
    /// session there, or an exchange that the calendar does not name, has the usual hours.
    static func session(
        _ date: CivilDate, exchange: String, _ calendar: ExchangeCalendar
    ) -> (open: Timestamp, close: Timestamp) {
        if calendar.exchanges.contains(exchange), let session = calendar.session(exchange, on: date) {
            return (session.open, session.close)
        }
        let open = sessionOpen(date, exchange: exchange)
        return (open, open.adding(microseconds: HistoryInterval.tradingDayMicroseconds))
    }

    private static let commodityExchanges: Set<String> = ["MCX", "NCDEX", "NCO"]
}
