/// Lets at most one tick of a symbol through in an interval: the first at once, of those that follow the newest, at the next
/// multiple of the interval at which one is allowed. So that all busy symbols go out together, clients are written to once.
///
/// Times are milliseconds of any clock that does not step.
struct TickConflator<Key: Hashable, Tick> {
    private struct State {
        var sentAt: Int64
        var waiting: Tick?
        var dueAt: Int64
    }

    private let interval: Int64
    private var states: [Key: State] = [:]
    private var waiting: [Key] = []
    /// When the first waiting tick may go out.
    private(set) var nextDue: Int64?

    init(intervalMilliseconds: Int64) { interval = intervalMilliseconds }

    /// Takes a tick; gives it back when it may go out now.
    mutating func offer(_ tick: Tick, of key: Key, at now: Int64) -> Tick? {
        guard var state = states[key] else {
            states[key] = State(sentAt: now, waiting: nil, dueAt: 0)
            return tick
        }
        if state.waiting == nil {
            guard now - state.sentAt < interval else {
                state.sentAt = now
                states[key] = state
                return tick
            }
            state.dueAt = (state.sentAt + interval + interval - 1) / interval * interval
            waiting.append(key)
            nextDue = min(nextDue ?? .max, state.dueAt)
        }
        state.waiting = tick
        states[key] = state
        return nil
    }

    /// The waiting ticks whose time has come.
    mutating func take(at now: Int64) -> [Tick] {
        guard let nextDue, nextDue <= now else { return [] }
        var taken: [Tick] = []
        var left: [Key] = []
        var next: Int64?
        for key in waiting {
            guard var state = states[key], let tick = state.waiting else { continue }
            guard state.dueAt <= now else {
                left.append(key)
                next = min(next ?? .max, state.dueAt)
                continue
            }
            taken.append(tick)
            // Not `now`: a late call must not shift the beat.
            state.sentAt = state.dueAt
            state.waiting = nil
            states[key] = state
        }
        waiting = left
        self.nextDue = next
        return taken
    }
}
