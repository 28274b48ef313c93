/// The distinct users whose rows a batch changes: what the user columns of its tables name.
///
/// One a lane, used for batch after batch, so that its memory is allocated once.
public final class ChangedUsers {
    /// The column of every table whose rows belong to a user.
    public static let column = "user_id"

    /// One text column in the arrays layout.
    public let rows = RowBatch(columns: [Column(column, .text)], layout: .arrays)
    /// Open addressing: hash and place of a user in `rows`' array; a place of 0 is free.
    private var slots: [Slot] = []
    private struct Slot {
        var hash: UInt64 = 0
        var place = 0
        var length = 0
    }

    private let tables: [(table: Int, upsert: Int, delete: Int?)]

    /// Nil for a view without a user column.
    public init?(_ writes: WriteSet) {
        tables = writes.tables.enumerated().compactMap { index, table in
            guard let upsert = table.upserts.columns.firstIndex(where: { $0.name == Self.column }) else { return nil }
            return (index, upsert, table.deletes.columns.firstIndex { $0.name == Self.column })
        }
        guard !tables.isEmpty else { return nil }
    }

    /// Collects the users of what is about to be written; all batches must be in the arrays layout.
    public func collect(_ writes: WriteSet) {
        rows.clear()
        var upperBound = 0
        for (index, _, _) in tables { upperBound += writes.tables[index].rowCount }
        guard upperBound > 0 else { return }
        reserve(upperBound)
        for (index, column, deleteColumn) in tables {
            let table = writes.tables[index]
            add(table.upserts, column)
            add(table.inserts, column)
            if let deleteColumn { add(table.deletes, deleteColumn) }
        }
    }

    private func reserve(_ count: Int) {
        var capacity = 64
        while capacity < count * 2 { capacity *= 2 }
        slots.removeAll(keepingCapacity: true)
        slots.append(contentsOf: repeatElement(Slot(), count: capacity))
    }

    private func add(_ batch: RowBatch, _ column: Int) {
        guard batch.rowCount > 0, batch.layout == .arrays else { return }
        let array = batch.array(column)
        var place = RowBatch.arrayHeaderBytes
        var last: UnsafeRawBufferPointer?
        for _ in 0..<batch.rowCount {
            let length = Int(Int32(bigEndian: array.loadUnaligned(fromByteOffset: place, as: Int32.self)))
            place += 4
            guard length >= 0 else { continue }
            let text = UnsafeRawBufferPointer(rebasing: array[place..<place + length])
            place += length
            // Rows of one user often follow each other.
            if let last, Self.same(last, text) { continue }
            last = text
            insert(text)
        }
    }

    private func insert(_ text: UnsafeRawBufferPointer) {
        let hash = Self.hash(text)
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while slots[index].place != 0 {
            if slots[index].hash == hash, slots[index].length == text.count {
                let array = rows.array(0)
                let known = UnsafeRawBufferPointer(
                    rebasing: array[slots[index].place..<slots[index].place + slots[index].length])
                if Self.same(known, text) { return }
            }
            index = (index + 1) & mask
        }
        rows.beginRow()
        rows.put(text)
        let end = rows.byteCount
        slots[index] = Slot(hash: hash, place: end - text.count, length: text.count)
    }

    private static func same(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Bool {
        first.count == second.count && first.elementsEqual(second)
    }

    /// FNV-1a, folded so that the low bits depend on all others.
    private static func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash ^ (hash >> 29)
    }
}
