import Domain
import Foundation

/// The lines of a cart as JSON text, so that a cart is one row: read and written by key, and taken apart by SQL.
enum CartCodec {
    private struct StoredLine: Codable {
        var exchange: String
        var symbol: String
        var quantity_e8: Int64
        var price_e8: Int64?
        var rules: [String]
        /// Microseconds since the Unix epoch.
        var added_at_us: Int64
        var updated_at_us: Int64
    }

    static func encode(_ lines: [Cart.Line]) -> String {
        let stored = lines.map { line in
            StoredLine(
                exchange: line.instrument.exchange, symbol: line.instrument.symbol, quantity_e8: line.quantity.units,
                price_e8: line.price?.units, rules: line.rules, added_at_us: line.addedAt.microseconds,
                updated_at_us: line.updatedAt.microseconds)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(stored) else { return "[]" }
        return String(decoding: data, as: UTF8.self)
    }

    /// The lines, or nil when the text is not what `encode` writes.
    static func decode(_ text: String) -> [Cart.Line]? {
        guard let stored = try? JSONDecoder().decode([StoredLine].self, from: Data(text.utf8)) else { return nil }
        return stored.map { line in
            Cart.Line(
                instrument: InstrumentKey(exchange: line.exchange, symbol: line.symbol),
                quantity: Quantity(units: line.quantity_e8), price: line.price_e8.map(Price.init(units:)),
                rules: line.rules, addedAt: Timestamp(microseconds: line.added_at_us),
                updatedAt: Timestamp(microseconds: line.updated_at_us))
        }
    }
}
