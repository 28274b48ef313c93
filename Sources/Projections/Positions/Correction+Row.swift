import Domain
import Events

extension Correction {
    func encode(into rows: RowBatch, lane: Int, encoder: EventEncoder) {
        rows.beginRow()
        rows.put(key.source)
        rows.put(key.eventId)
        rows.put(key.userId)
        rows.put(body.tradeId)
        rows.put(offset)
        rows.put(unixMicroseconds: time.microseconds)
        contentHash.withBytes { rows.put($0) }
        encoder.withStructured(event) { rows.put($0) }
        if isWaiting { rows.put(Int32(lane)) } else { rows.putNull() }
    }

    convenience init(_ row: RowReader) throws(RowError) {
        let bytes = row.optionalBytes(7) ?? UnsafeRawBufferPointer(start: nil, count: 0)
        guard let hash = row.optionalBytes(6).flatMap(ContentHash.init(bytes:)),
            let event = try? EventDecoder().decode(.tradeCorrected, value: bytes)
        else { throw RowError(table: "corrections", column: "event") }
        guard case .tradeCorrected(let body) = event.payload else {
            throw RowError(table: "corrections", column: "event")
        }
        self.init(event, body: body, offset: try row.int64(4), contentHash: hash)
        isWaiting = try row.optionalInt32(8) != nil
        isStored = true
    }
}
