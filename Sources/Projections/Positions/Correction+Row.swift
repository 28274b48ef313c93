import Domain
import Events

extension Correction {
    func encode(into rows: RowBatch, lane: Int, scratch: ByteBuffer) {
        rows.beginRow()
        rows.put(key.source)
        rows.put(key.eventId)
        rows.put(key.userId)
        rows.put(body.tradeId)
        rows.put(offset)
        rows.put(unixMicroseconds: time.microseconds)
        contentHash.withBytes { rows.put($0) }
        scratch.truncate()
        encodeBody(into: scratch)
        rows.put(scratch.bytes)
        if isWaiting { rows.put(Int32(lane)) } else { rows.putNull() }
    }
}
