import CMemory
import Events

/// The books in a fold's memory, by key.
///
/// Open addressing over 64-bit hashes. Half a million books do not fit a cache, so what a look-up costs is waiting for
/// memory: `prefetch` lets a batch's look-ups wait together instead of one after another.
final class BookTable {
    private struct Slot {
        var hash: UInt64
        /// Owned by `states`.
        var state: Unmanaged<BookState>?
    }

    private var slots: UnsafeMutableBufferPointer<Slot>
    private var states: ContiguousArray<BookState> = []
    private let hasher = ContentHasher()

    private static let initialSlots = 1_024
    private static let cacheLineBytes = 64
    /// Lines of a book that a fold reads: the object's header to the end of its first lot.
    private static let bookLines = 6

    init() { slots = Self.makeSlots(Self.initialSlots) }

    deinit { slots.deallocate() }

    private static func makeSlots(_ count: Int) -> UnsafeMutableBufferPointer<Slot> {
        let made = UnsafeMutableBufferPointer<Slot>.allocate(capacity: count)
        made.initialize(repeating: Slot(hash: 0, state: nil))
        return made
    }

    var count: Int { states.count }
    var all: ContiguousArray<BookState> { states }

    func hash(_ key: BookKey) -> UInt64 { hasher.identity(key.userId, key.account, key.instrument).high }

    subscript(key: BookKey) -> BookState? { find(key, hash: hash(key)) }

    func find(_ key: BookKey, hash: UInt64) -> BookState? {
        var index = start(hash)
        while let state = slots[index].state {
            if slots[index].hash == hash {
                let found = state.takeUnretainedValue()
                if found.key == key { return found }
            }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Adds a book, or puts it in place of the one with its key.
    func put(_ state: BookState, hash: UInt64? = nil) {
        let hash = hash ?? self.hash(state.key)
        if let old = find(state.key, hash: hash) {
            if let place = states.firstIndex(where: { $0 === old }) { states[place] = state }
            replace(old, by: state, hash: hash)
            return
        }
        if (states.count + 1) * 2 > slots.count { grow() }
        states.append(state)
        place(state, hash)
    }

    private func replace(_ old: BookState, by state: BookState, hash: UInt64) {
        var index = start(hash)
        while slots[index].state?.takeUnretainedValue() !== old { index = (index + 1) & (slots.count - 1) }
        slots[index].state = Unmanaged.passUnretained(state)
    }

    func removeAll() { keep { _ in false } }

    /// Drops the books that `isKept` does not want.
    func keep(_ isKept: (BookState) -> Bool) {
        states = states.filter(isKept)
        slots.update(repeating: Slot(hash: 0, state: nil))
        for state in states { place(state, hash(state.key)) }
    }

    /// Asks for the memory of the slot where a look-up of `hash` will begin.
    func prefetchSlot(_ hash: UInt64) {
        guard let base = slots.baseAddress else { return }
        tapefold_prefetch(base + start(hash))
    }

    /// Asks for the memory of the book that a look-up of `hash` will find.
    func prefetchBook(_ hash: UInt64) {
        let slot = slots[start(hash)]
        guard slot.hash == hash, let state = slot.state else { return }
        let object = UnsafeRawPointer(state.toOpaque())
        for line in 0..<Self.bookLines { tapefold_prefetch(object + line * Self.cacheLineBytes) }
    }

    private func start(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (slots.count - 1) }

    private func place(_ state: BookState, _ hash: UInt64) {
        var index = start(hash)
        while slots[index].state != nil { index = (index + 1) & (slots.count - 1) }
        slots[index] = Slot(hash: hash, state: Unmanaged.passUnretained(state))
    }

    private func grow() {
        let old = slots
        slots = Self.makeSlots(old.count * 2)
        for slot in old {
            if let state = slot.state { place(state.takeUnretainedValue(), slot.hash) }
        }
        old.deallocate()
    }
}
