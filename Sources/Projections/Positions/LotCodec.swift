import Domain

/// The open lots of a book as one run of bytes, so that a book is one row: read and written by key, whatever its lots.
///
/// Big-endian, a lot: id length (2), id, opened at (8, Unix µs), quantity (8), price (8), multiplier (8), fees (16),
/// opened quantity (8), opened fees (16). `tapefold.unpack_lots` in the database reads the same.
enum LotCodec {
    private static let fixedBytes = 2 + 8 * 5 + 16 * 2

    static func encode(_ lots: some Sequence<Lot>, into buffer: ByteBuffer) {
        for lot in lots {
            lot.id.withBytes { text in
                buffer.append(UInt16(truncatingIfNeeded: text.count))
                buffer.append(text)
            }
            buffer.append(lot.openedAt.microseconds)
            buffer.append(lot.quantity.units)
            buffer.append(lot.price.units)
            buffer.append(lot.multiplier.units)
            buffer.append(lot.fees.units)
            buffer.append(lot.openedQuantity.units)
            buffer.append(lot.openedFees.units)
        }
    }

    /// The lots, or nil when the bytes are not what `encode` writes.
    static func decode(_ bytes: UnsafeRawBufferPointer) -> [Lot]? {
        var lots: [Lot] = []
        var at = 0
        while at < bytes.count {
            guard bytes.count - at >= fixedBytes else { return nil }
            let idLength = Int(bytes.bigEndian(at: at, as: UInt16.self))
            guard bytes.count - at >= fixedBytes + idLength else { return nil }
            let id = TradeId(utf8: UnsafeRawBufferPointer(rebasing: bytes[(at + 2)..<(at + 2 + idLength)]))
            at += 2 + idLength
            lots.append(
                Lot(
                    id: id, openedAt: Timestamp(microseconds: bytes.bigEndian(at: at, as: Int64.self)),
                    quantity: Fixed8(units: bytes.bigEndian(at: at + 8, as: Int64.self)),
                    price: Fixed8(units: bytes.bigEndian(at: at + 16, as: Int64.self)),
                    fees: Amount(units: bytes.bigEndian(at: at + 32, as: Int128.self)),
                    multiplier: Fixed8(units: bytes.bigEndian(at: at + 24, as: Int64.self)),
                    openedQuantity: Fixed8(units: bytes.bigEndian(at: at + 48, as: Int64.self)),
                    openedFees: Amount(units: bytes.bigEndian(at: at + 56, as: Int128.self))))
            at += fixedBytes - 2
        }
        return lots
    }
}
