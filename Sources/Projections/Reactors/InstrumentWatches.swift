import Domain
import Events

/// A definition in a reactor's memory.
struct ReactorWatch<Definition: Sendable> {
    var definition: Definition
    var origin: WatchOrigin
    let slot: Int32
    /// What the next drain writes of its state.
    var stored: WatchState
    /// A row of it is in the database.
    var isStored: Bool
    /// Changed since the last drain.
    var isDirty: Bool
}

/// A reactor's definitions for one instrument, all of them or none.
final class InstrumentWatches<R: Reactor> {
    let instrument: InstrumentKey
    private let schedule: ExchangeSchedule
    var lastUse = 0
    private(set) var book: WatchBook
    private var watches: [WatchKey: ReactorWatch<R.Definition>] = [:]
    /// By slot.
    private var keys: [WatchKey?] = []
    private var dirty: [WatchKey] = []
    /// Stored rows of definitions that are gone.
    private var removed: Set<WatchKey> = []
    private var isTickStored: Bool
    private var isTickDirty = false
    private var fired: [Int32] = []
    private var changed: [Int32] = []

    init(_ instrument: InstrumentKey, _ schedule: ExchangeSchedule, last: WatchedTick?) {
        self.instrument = instrument
        self.schedule = schedule
        book = WatchBook(last: last)
        isTickStored = last != nil
    }

    var count: Int { watches.count }
    var isDirty: Bool { isTickDirty || !dirty.isEmpty || !removed.isEmpty }
    func has(_ key: WatchKey) -> Bool { watches[key] != nil }

    /// A definition as its row has it.
    struct Loaded {
        let key: WatchKey
        let definition: R.Definition
        let state: WatchState
        let origin: WatchOrigin
    }

    func load(_ rows: [Loaded]) {
        let slots = book.add(rows.map { (R.watch(of: $0.definition), $0.state) })
        for (row, slot) in zip(rows, slots) {
            watches[row.key] = ReactorWatch(
                definition: row.definition, origin: row.origin, slot: slot, stored: row.state, isStored: true,
                isDirty: false)
            name(slot, row.key)
        }
    }

    private func name(_ slot: Int32, _ key: WatchKey) {
        while keys.count <= Int(slot) { keys.append(nil) }
        keys[Int(slot)] = key
    }

    func set(_ key: WatchKey, _ definition: R.Definition, by event: String, at time: Timestamp) {
        let known = watches[key]
        if let known { book.remove(known.slot) }
        let slot = book.add(R.watch(of: definition), at: time.microseconds)
        let isStored = known?.isStored ?? (removed.remove(key) != nil)
        watches[key] = ReactorWatch(
            definition: definition, origin: WatchOrigin(definedBy: event, rearmedBy: known?.origin.rearmedBy),
            slot: slot, stored: book.state(slot), isStored: isStored, isDirty: true)
        name(slot, key)
        if known?.isDirty != true { dirty.append(key) }
    }

    func remove(_ key: WatchKey) {
        guard let known = watches.removeValue(forKey: key) else { return }
        book.remove(known.slot)
        if known.isStored { removed.insert(key) }
        if known.isDirty { dirty.removeAll { $0 == key } }
    }

    func rearm(_ key: WatchKey, by event: String, at time: Timestamp) {
        guard let known = watches[key] else { return }
        book.rearm(known.slot, at: time.microseconds)
        watches[key]?.origin.rearmedBy = event
        watches[key]?.stored = book.state(known.slot)
        markDirty(key)
    }

    private func markDirty(_ key: WatchKey) {
        guard watches[key]?.isDirty == false else { return }
        watches[key]?.isDirty = true
        dirty.append(key)
    }

    private func note(_ slot: Int32) {
        guard let key = keys[Int(slot)], watches[key] != nil else { return }
        let state = book.state(slot)
        guard watches[key]?.stored != state else { return }
        watches[key]?.stored = state
        markDirty(key)
    }

    /// - Returns: false for a tick that came too late to count.
    func take(_ tick: WatchedTick, isKnown: Bool) -> Bool {
        fired.removeAll(keepingCapacity: true)
        changed.removeAll(keepingCapacity: true)
        guard book.take(tick, beginsDay: beginsDay(tick), isKnown: isKnown, fired: &fired, changed: &changed) else {
            return false
        }
        isTickDirty = true
        for slot in changed { note(slot) }
        return true
    }

    /// Whether a day with a session began since the last tick; asked of the calendar only where that matters.
    private func beginsDay(_ tick: WatchedTick) -> Bool {
        guard tick.previousClose == nil, let last = book.last, last.previousClose != nil else { return false }
        return schedule.sessionDayBegan(
            after: Timestamp(microseconds: last.time), until: Timestamp(microseconds: tick.time))
    }

    /// Whether the last tick fired anything: most do not, and must cost nothing more.
    var hasFired: Bool { !fired.isEmpty }

    /// The definitions that the last tick fired, in the order of their keys.
    var firedByLastTick: [(key: WatchKey, watch: ReactorWatch<R.Definition>)] {
        fired.compactMap { slot in
            keys[Int(slot)].flatMap { key in watches[key].map { (key, $0) } }
        }.sorted { $0.key < $1.key }
    }

    func drain(watches table: WriteSet.TableWrites, lastTicks: WriteSet.TableWrites) {
        for key in removed { ReactorWatch<R.Definition>.encodeKey(key, of: instrument, into: table.deletes) }
        removed.removeAll(keepingCapacity: true)
        for key in dirty {
            guard let watch = watches[key] else { continue }
            let rows = watch.isStored ? table.upserts : table.inserts
            ReactorWatch.encode(key, watch, of: instrument, by: R.self, into: rows)
            watches[key]?.isStored = true
            watches[key]?.isDirty = false
        }
        dirty.removeAll(keepingCapacity: true)
        guard isTickDirty, let last = book.last else { return }
        last.encode(of: instrument, into: isTickStored ? lastTicks.upserts : lastTicks.inserts)
        (isTickStored, isTickDirty) = (true, false)
    }
}
