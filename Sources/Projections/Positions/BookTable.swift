import CMemory
import Domain
import Events

/// The books in a fold's memory, by the keyed 128-bit hash of their keys, which stands for the key.
///
/// Half a million books do not fit a cache, so what a look-up costs is waiting for memory: a fold asks for what the
/// executions ahead of it will need.
final class BookTable {
    private struct Slot: BitwiseCopyable {
        var hash: UInt64
        /// Owned by `states`.
        var state: Unmanaged<BookState>?
    }

    private var slots = HashSlots<Slot>(count: initialSlots)
    private var states: ContiguousArray<BookState> = []

    private static let initialSlots = 1_024
    private static let cacheLineBytes = 64
    /// What a fold looks at before the book itself.
    private static let headBytes = 64
    /// The lines before the book's first lot, which an execution that adds to a position does not look at.
    @inline(__always)
    private static var totalsLines: Int { lines(Book.totalsBytes) }
    @inline(__always)
    private static var bookLines: Int { lines(MemoryLayout<Book>.size) }
    /// The array's own fields before its first lot.
    private static let arrayHeaderBytes = 32

    /// Up to the end of so many bytes of the book.
    @inline(__always)
    private static func lines(_ bookBytes: Int) -> Int { (headBytes + bookBytes + cacheLineBytes - 1) / cacheLineBytes }

    var count: Int { states.count }
    var all: ContiguousArray<BookState> { states }

    @inline(__always)
    func find(_ identity: ContentHash) -> BookState? {
        var index = slots.start(identity.high)
        while let state = slots[index].state {
            if slots[index].hash == identity.high {
                let found = state.takeUnretainedValue()
                if found.identity == identity { return found }
            }
            index = slots.next(index)
        }
        return nil
    }

    /// Adds a book, or puts it in place of the one with its key.
    func put(_ state: BookState) {
        if let old = find(state.identity) {
            if let place = states.firstIndex(where: { $0 === old }) { states[place] = state }
            replace(old, by: state)
            return
        }
        if (states.count + 1) * 2 > slots.count { grow() }
        states.append(state)
        place(state)
    }

    private func replace(_ old: BookState, by state: BookState) {
        var index = slots.start(old.identity.high)
        while slots[index].state?.takeUnretainedValue() !== old { index = slots.next(index) }
        slots[index] = Slot(hash: state.identity.high, state: Unmanaged.passUnretained(state))
    }

    func removeAll() { keep { _ in false } }

    /// Drops the books that `isKept` does not want.
    func keep(_ isKept: (BookState) -> Bool) {
        states = states.filter(isKept)
        slots = HashSlots(count: slots.count)
        for state in states { place(state) }
    }

    /// Asks for the memory of the slot where a look-up will begin.
    @inline(__always)
    func prefetchSlot(_ identity: ContentHash) { slots.prefetch(identity.high) }

    /// Asks for the memory of the book that a look-up will find, but for its lots.
    @inline(__always)
    func prefetchBook(_ identity: ContentHash) {
        guard let state = candidate(identity) else { return }
        let object = UnsafeRawPointer(state.toOpaque())
        for line in 0..<Self.totalsLines { tapefold_prefetch(object + line * Self.cacheLineBytes) }
    }

    /// Asks for the memory of those lots that an execution will meet: where it will lie when it adds to the position, else
    /// the first two.
    @inline(__always)
    func prefetchLots(_ identity: ContentHash, isBuy: Bool) {
        guard let state = candidate(identity) else { return }
        let (isFlat, adds, lots) = state._withUnsafeGuaranteedRef { state in
            let units = state.book.quantity.units
            let adds = isBuy ? units > 0 : units < 0
            return (units == 0, adds, state.book.openLots.restMemory(toAdd: adds))
        }
        if !adds {
            let object = UnsafeRawPointer(state.toOpaque())
            for line in Self.totalsLines..<Self.bookLines { tapefold_prefetch(object + line * Self.cacheLineBytes) }
        }
        guard let lots, !isFlat else { return }
        tapefold_prefetch(lots.start - Self.arrayHeaderBytes)
        tapefold_prefetch(lots.lot)
        tapefold_prefetch(lots.lot + Self.cacheLineBytes)
    }

    @inline(__always)
    private func candidate(_ identity: ContentHash) -> Unmanaged<BookState>? {
        let slot = slots[slots.start(identity.high)]
        return slot.hash == identity.high ? slot.state : nil
    }

    private func place(_ state: BookState) {
        place(Slot(hash: state.identity.high, state: Unmanaged.passUnretained(state)))
    }

    private func place(_ slot: Slot) {
        var index = slots.start(slot.hash)
        while slots[index].state != nil { index = slots.next(index) }
        slots[index] = slot
    }

    private func grow() {
        var old = HashSlots<Slot>(count: slots.count * 2)
        swap(&old, &slots)
        for index in 0..<old.count where old[index].state != nil { place(old[index]) }
    }
}
