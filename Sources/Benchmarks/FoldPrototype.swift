/// The floor of the fold: integers only, dense slots, pooled linked lots, open addressing. No fees, no ids, no output.
struct FoldPrototype {
    private struct Lot {
        var quantity: Int64
        var price: Int64
        var next: Int32
    }

    private struct Slot {
        var key: UInt64 = 0
        var first: Int32 = -1
        var last: Int32 = -1
        var quantity: Int64 = 0
        var pnl: Int64 = 0
    }

    private var slots: [Slot]
    private var pool: [Lot] = []
    private var free: Int32 = -1
    private let mask: Int

    init(keys: Int) {
        var size = 1
        while size < keys * 2 { size *= 2 }
        slots = Array(repeating: Slot(), count: size)
        mask = size - 1
        pool.reserveCapacity(keys)
    }

    var checksum: Int64 { slots.reduce(0) { $0 &+ $1.pnl &+ $1.quantity } }

    mutating func fold(key: UInt64, isBuy: Bool, quantity: Int64, price: Int64) {
        let marked = key | 1 << 63
        var index = Int(truncatingIfNeeded: (marked &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
        while slots[index].key != marked, slots[index].key != 0 { index = (index + 1) & mask }
        slots[index].key = marked
        var left = isBuy ? quantity : -quantity
        while left != 0, slots[index].quantity != 0, (slots[index].quantity > 0) != (left > 0) {
            let lot = slots[index].first
            let slice = min(abs(left), pool[Int(lot)].quantity)
            let sign: Int64 = slots[index].quantity > 0 ? 1 : -1
            slots[index].pnl &+= (price - pool[Int(lot)].price) &* slice &* sign
            slots[index].quantity -= sign * slice
            left += sign * slice
            pool[Int(lot)].quantity -= slice
            if pool[Int(lot)].quantity == 0 { drop(lot, of: index) }
        }
        if left != 0 { open(left, price, in: index) }
    }

    private mutating func drop(_ lot: Int32, of index: Int) {
        slots[index].first = pool[Int(lot)].next
        if slots[index].first < 0 { slots[index].last = -1 }
        pool[Int(lot)].next = free
        free = lot
    }

    private mutating func open(_ quantity: Int64, _ price: Int64, in index: Int) {
        let lot: Int32
        if free >= 0 {
            lot = free
            free = pool[Int(lot)].next
            pool[Int(lot)] = Lot(quantity: abs(quantity), price: price, next: -1)
        } else {
            lot = Int32(pool.count)
            pool.append(Lot(quantity: abs(quantity), price: price, next: -1))
        }
        if slots[index].last >= 0 { pool[Int(slots[index].last)].next = lot } else { slots[index].first = lot }
        slots[index].last = lot
        slots[index].quantity += quantity
    }
}
