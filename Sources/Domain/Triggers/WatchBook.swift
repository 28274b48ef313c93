/// All watches of one instrument, and which of them a tick fires. A tick costs what its move passes and what is due, not
/// what there is.
///
/// A tick with an earlier time than the one before fires nothing and moves nothing.
public struct WatchBook: Sendable {
    private struct Entry {
        var watch: Watch
        var state: WatchState
        /// Rises when the slot is used again.
        var generation: Int32
        var isUsed: Bool
        /// When it was made, changed or armed, in microseconds, where that is known.
        var freshSince = Int64.min
        /// Stands among those that fire again when their cooldown is over.
        var isDue = false
    }

    private struct Due {
        let time: Int64
        let slot: Int32
        let generation: Int32
    }

    private var entries: [Entry] = []
    private var free: [Int32] = []
    private var indices = Watch.Measure.allCases.map { _ in RangeIndex() }
    /// Slots that the next value may fire; some may not be fresh any more.
    private var fresh: [Int32] = []
    /// A heap, the earliest first.
    private var due: [Due] = []
    /// The last tick that counted, with the previous close in force.
    public private(set) var last: WatchedTick?
    private var candidates: [Int32] = []

    public init(last: WatchedTick? = nil) {
        self.last = last
        guard let last else { return }
        for measure in Watch.Measure.allCases {
            if let value = last.value(of: measure) { indices[measure.rawValue].place(at: value) }
        }
    }

    public var count: Int { entries.count - free.count }

    public func state(_ slot: Int32) -> WatchState { entries[Int(slot)].state }

    /// Adds a watch; returns its slot.
    /// - Parameter time: when it was made or changed, in microseconds.
    public mutating func add(
        _ watch: Watch, _ state: WatchState = WatchState(), at time: Int64 = .min
    ) -> Int32 {
        let slot = take(watch, state)
        entries[Int(slot)].freshSince = time
        if !state.isSpent { indices[watch.measure.rawValue].insert(slot, lower: watch.lower, upper: watch.upper) }
        return slot
    }

    /// Adds many, by one sort; returns their slots in order.
    public mutating func add(_ watches: [(Watch, WatchState)]) -> [Int32] {
        var ranges: [[(slot: Int32, lower: Int64, upper: Int64)]] = Watch.Measure.allCases.map { _ in [] }
        let slots = watches.map { watch, state in
            let slot = take(watch, state)
            if !state.isSpent { ranges[watch.measure.rawValue].append((slot, watch.lower, watch.upper)) }
            return slot
        }
        for (index, ranges) in ranges.enumerated() where !ranges.isEmpty { indices[index].insert(ranges) }
        return slots
    }

    private mutating func take(_ watch: Watch, _ state: WatchState) -> Int32 {
        let slot: Int32
        if let reused = free.popLast() {
            slot = reused
            let generation = entries[Int(slot)].generation &+ 1
            entries[Int(slot)] = Entry(watch: watch, state: state, generation: generation, isUsed: true)
        } else {
            slot = Int32(entries.count)
            entries.append(Entry(watch: watch, state: state, generation: 0, isUsed: true))
        }
        if state.isFresh { noteFresh(slot) }
        if let fired = state.lastFiredAt, watch.repeats { wait(slot, until: fired + watch.cooldownMicroseconds) }
        return slot
    }

    public mutating func remove(_ slot: Int32) {
        let entry = entries[Int(slot)]
        if !entry.state.isSpent {
            indices[entry.watch.measure.rawValue].remove(slot, lower: entry.watch.lower, upper: entry.watch.upper)
        }
        entries[Int(slot)].isUsed = false
        free.append(slot)
    }

    /// The next value fires it if it lies in the range, wherever the one before was.
    public mutating func rearm(_ slot: Int32, at time: Int64 = .min) {
        entries[Int(slot)].freshSince = time
        guard !entries[Int(slot)].state.isFresh else { return }
        entries[Int(slot)].state.isFresh = true
        noteFresh(slot)
    }

    /// Changed again and again before any tick comes, a watch must not stand there as often.
    private mutating func noteFresh(_ slot: Int32) {
        fresh.append(slot)
        guard fresh.count > 2 * entries.count + Self.freshSlack else { return }
        fresh = Array(Set(fresh)).sorted()
    }

    private static let freshSlack = 64
    /// For tests.
    var freshCount: Int { fresh.count }

    /// Takes a tick; adds the slots that it fires to `fired`, and those whose state it changed to `changed`.
    /// - Parameters:
    ///   - beginsDay: whether a day with a session began since the tick before: the close told then is not this day's.
    ///   - isKnown: whether what it fires was told before and is not told again. Then a tick does not decide of what was made,
    ///     changed or armed later than it by their own times: that was met by later ticks.
    /// - Returns: false for a tick that came too late to count.
    @discardableResult
    public mutating func take(
        _ tick: WatchedTick, beginsDay: Bool = false, isKnown: Bool = false, fired: inout [Int32],
        changed: inout [Int32]
    ) -> Bool {
        if let last, tick.time < last.time { return false }
        var tick = tick
        if tick.previousClose == nil, !beginsDay { tick.previousClose = last?.previousClose }
        let before = last
        last = tick
        if tick.previousClose == nil, before?.previousClose != nil { forgetChange() }
        candidates.removeAll(keepingCapacity: true)
        for measure in Watch.Measure.allCases where measure == .price || mayMove(before, tick) {
            guard let value = tick.value(of: measure) else { continue }
            if indices[measure.rawValue].position == nil { lookAtAll(of: measure, value) }
            indices[measure.rawValue].move(to: value, entered: &candidates)
        }
        for slot in candidates where decide(slot, tick, isMove: true, isKnown) { fire(slot, tick, &fired, &changed) }
        if !fresh.isEmpty { lookAtFresh(tick, isKnown, &fired, &changed) }
        while let first = due.first, first.time <= tick.time { lookAtDue(first, tick, isKnown, &fired, &changed) }
        return true
    }

    /// The change against the close is not known until a close is told: then it is looked at as for the first time.
    private mutating func forgetChange() {
        for measure in Watch.Measure.allCases where measure != .price { indices[measure.rawValue].displace() }
    }

    /// Whether the change against the close can be another one than before.
    private func mayMove(_ before: WatchedTick?, _ tick: WatchedTick) -> Bool {
        tick.previousClose != nil && (before?.price != tick.price || before?.previousClose != tick.previousClose)
    }

    /// The first value of a measure: every range that holds it may fire.
    private mutating func lookAtAll(of measure: Watch.Measure, _ value: Int64) {
        for slot in entries.indices {
            let entry = entries[slot]
            guard entry.isUsed, !entry.state.isSpent, !entry.state.isFresh, entry.watch.measure == measure,
                !entry.watch.needsPrevious, entry.watch.holds(value)
            else { continue }
            candidates.append(Int32(slot))
        }
    }

    private mutating func lookAtFresh(
        _ tick: WatchedTick, _ isKnown: Bool, _ fired: inout [Int32], _ changed: inout [Int32]
    ) {
        var unmeasured: [Int32] = []
        for slot in fresh {
            let entry = entries[Int(slot)]
            guard entry.isUsed, entry.state.isFresh else { continue }
            guard tick.value(of: entry.watch.measure) != nil, !(isKnown && tick.time < entry.freshSince) else {
                unmeasured.append(slot)
                continue
            }
            if decide(slot, tick, isMove: false, isKnown) { fire(slot, tick, &fired, &changed) }
            entries[Int(slot)].state.isFresh = false
            changed.append(slot)
        }
        fresh = unmeasured
    }

    private mutating func lookAtDue(
        _ first: Due, _ tick: WatchedTick, _ isKnown: Bool, _ fired: inout [Int32], _ changed: inout [Int32]
    ) {
        removeFirstDue()
        let entry = entries[Int(first.slot)]
        guard entry.isUsed, entry.generation == first.generation else { return }
        entries[Int(first.slot)].isDue = false
        if decide(first.slot, tick, isMove: false, isKnown) { return fire(first.slot, tick, &fired, &changed) }
        // Fired meanwhile by a move: its silence began anew.
        guard entry.watch.repeats, let last = entry.state.lastFiredAt else { return }
        let end = last + entry.watch.cooldownMicroseconds
        if end > tick.time { wait(first.slot, until: end) }
    }

    /// Whether a watch that this tick may concern fires.
    private func decide(_ slot: Int32, _ tick: WatchedTick, isMove: Bool, _ isKnown: Bool) -> Bool {
        let entry = entries[Int(slot)]
        guard entry.isUsed, !entry.state.isSpent,
            !(isKnown && entry.state.isFresh && tick.time < entry.freshSince), isMove || !entry.watch.needsPrevious,
            let value = tick.value(of: entry.watch.measure), entry.watch.holds(value)
        else { return false }
        guard let fired = entry.state.lastFiredAt else { return true }
        // One that fired at this very tick is not asked twice.
        return tick.time >= fired + entry.watch.cooldownMicroseconds
    }

    private mutating func fire(_ slot: Int32, _ tick: WatchedTick, _ fired: inout [Int32], _ changed: inout [Int32]) {
        fired.append(slot)
        let watch = entries[Int(slot)].watch
        // Fired by its move: the same tick does not fire it as a fresh one again.
        if entries[Int(slot)].state.isFresh {
            entries[Int(slot)].state.isFresh = false
            changed.append(slot)
        }
        if watch.isOnce {
            entries[Int(slot)].state.isSpent = true
            indices[watch.measure.rawValue].remove(slot, lower: watch.lower, upper: watch.upper)
            changed.append(slot)
        }
        guard watch.cooldownMicroseconds > 0 else { return }
        entries[Int(slot)].state.lastFiredAt = tick.time
        changed.append(slot)
        if watch.repeats { wait(slot, until: tick.time + watch.cooldownMicroseconds) }
    }
}

/// The heap of those that wait for their cooldown to be over.
extension WatchBook {
    private mutating func wait(_ slot: Int32, until time: Int64) {
        guard !entries[Int(slot)].isDue else { return }
        entries[Int(slot)].isDue = true
        due.append(Due(time: time, slot: slot, generation: entries[Int(slot)].generation))
        var child = due.count - 1
        while child > 0, due[child].time < due[(child - 1) / 2].time {
            due.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func removeFirstDue() {
        due.swapAt(0, due.count - 1)
        due.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < due.count && due[child].time < due[least].time {
                least = child
            }
            guard least != parent else { return }
            due.swapAt(parent, least)
            parent = least
        }
    }
}
