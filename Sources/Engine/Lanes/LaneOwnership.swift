/// Which lanes a worker holds, and what to do next: decided from events alone, so that tests can put them in any order.
///
/// The group gives lanes; the worker claims all of them together (their epochs rise, so that whoever had them before
/// is fenced), consumes them from the checkpoints it read, and folds until the group takes them back. An assignment
/// replaces all of the one before, so a lane that has to be claimed anew takes the others with it.
package struct LaneOwnership: Sendable, Equatable {
    package enum Phase: Sendable, Equatable {
        /// Given by the group, to be claimed.
        case wanted
        /// Its thread folds.
        case running
        /// Claimed, but an operator wants it to stand still.
        case paused
        /// Claimed, but the log does not have its next record.
        case unreachable(String)
        /// Its thread gave up; it is tried again with the next claim of any lane.
        case failed(String)
    }

    package enum Event: Sendable, Equatable {
        /// The group gave these lanes, and no others.
        case given(Set<Int>)
        /// The group takes all lanes back.
        case revoked
        /// The group has taken all lanes back: somebody else may be at them.
        case lost
        /// All lanes are claimed; by lane, why the log can't give its next record.
        case claimed(faults: [Int: String])
        case claimRefused
        /// The live build is of another fold, and its workers serve it.
        case standBy
        /// What the group gave is not to be folded, nor anything else before it gives anew.
        case refused
        /// The log did not let the claimed lanes be consumed.
        case assignFailed
        /// The group has not heard that nothing is consumed any more.
        case releaseFailed
        /// A lane's thread ended by itself.
        case ended(lane: Int, LaneEnd)
        /// By lane, why the log still can't give its next record.
        case looked(faults: [Int: String])
        /// The lanes that are to stand still, and no others.
        case pauses(Set<Int>)
        case time
        case stop
    }

    package enum Action: Sendable, Equatable {
        /// Raise the lanes' epochs and read their checkpoints; answer with `claimed` or `claimRefused`.
        case claim([Int])
        /// Let the lanes' threads finish their batches, and end them.
        case drain([Int])
        /// Consume exactly these lanes from their checkpoints, and fold; answer with `assignFailed` when that
        /// can't be done.
        case assign([Int])
        /// Look whether the log has the lanes' next records by now; answer with `looked`.
        case look([Int])
        case commitToGroup(waiting: Bool)
        /// Consume nothing any more, and tell the group so; answer with `releaseFailed` when that can't be done.
        case release
    }

    package private(set) var lanes: [Int: Phase] = [:]
    package private(set) var paused: Set<Int> = []
    private var nextClaim = 0
    private var nextLook = 0
    /// When to tell the group again that all lanes are given back; it gives nobody anything before.
    private var nextRelease: Int?

    package init() {}

    /// - Parameter now: milliseconds of a clock that never goes back.
    package mutating func handle(_ event: Event, now: Int) -> [Action] {
        switch event {
        case .given(let given): return take(given, now)
        case .revoked: return giveBack([.commitToGroup(waiting: false), .release])
        case .lost: return giveBack([.release])
        case .claimed(let faults): return run(faults, now)
        case .claimRefused: return []
        case .standBy: return wait(until: now + EngineLimits.standbyMilliseconds)
        case .refused: return refuse()
        case .assignFailed: return claimAgain(at: now + EngineLimits.retryMilliseconds)
        case .releaseFailed:
            nextRelease = now + EngineLimits.retryMilliseconds
            return []
        case .ended(let lane, let end): return note(lane, end, now)
        case .looked(let faults): return compare(faults, now)
        case .pauses(let lanes): return pause(lanes, now)
        case .time: return pass(now)
        case .stop: return giveBack([.commitToGroup(waiting: true)])
        }
    }

    package var hasWanted: Bool { lanes.values.contains(.wanted) }

    private func those(_ isMeant: (Phase) -> Bool) -> [Int] { lanes.filter { isMeant($0.value) }.keys.sorted() }

    private var running: [Int] { those { $0 == .running } }

    private var unreachable: [Int] {
        those { if case .unreachable = $0 { true } else { false } }
    }

    private var drainRunning: [Action] { running.isEmpty ? [] : [.drain(running)] }

    private mutating func take(_ given: Set<Int>, _ now: Int) -> [Action] {
        let actions = drainRunning
        lanes = Dictionary(uniqueKeysWithValues: given.map { ($0, .wanted) })
        nextClaim = now
        nextRelease = nil
        return actions
    }

    private mutating func giveBack(_ rest: [Action]) -> [Action] {
        let actions = drainRunning + rest
        lanes = [:]
        return actions
    }

    /// The worker stays a member and consumes nothing: lanes of which it takes no notice would go to another one.
    private mutating func refuse() -> [Action] {
        guard !lanes.isEmpty else { return [] }
        let actions = drainRunning + [.commitToGroup(waiting: false), .assign([])]
        lanes = [:]
        return actions
    }

    /// Lanes that were taken back while they were being claimed stay away: only what is wanted runs.
    private mutating func run(_ faults: [Int: String], _ now: Int) -> [Action] {
        var actions = drainRunning
        for lane in lanes.keys {
            if paused.contains(lane) {
                lanes[lane] = .paused
            } else if let reason = faults[lane] {
                lanes[lane] = .unreachable(reason)
            } else {
                lanes[lane] = .running
            }
        }
        actions.append(.assign(running))
        nextLook = now + EngineLimits.maximumRetryMilliseconds
        return actions
    }

    private mutating func wait(until time: Int) -> [Action] {
        nextClaim = time
        return []
    }

    private mutating func note(_ lane: Int, _ end: LaneEnd, _ now: Int) -> [Action] {
        guard lanes[lane] == .running else { return [] }
        switch end {
        case .stopped: return []
        case .failed(let reason):
            lanes[lane] = .failed(reason)
            return []
        case .lost, .rewind, .unreadable:
            // The group still says that the lane is ours; it gets a while to say otherwise.
            return claimAgain(at: now + EngineLimits.groupCommitMilliseconds)
        }
    }

    private mutating func claimAgain(at time: Int) -> [Action] {
        let actions = drainRunning
        for lane in lanes.keys { lanes[lane] = .wanted }
        nextClaim = time
        return actions
    }

    private mutating func compare(_ faults: [Int: String], _ now: Int) -> [Action] {
        let isMended = unreachable.contains { faults[$0] == nil }
        return isMended ? claimAgain(at: now) : []
    }

    private mutating func pause(_ wanted: Set<Int>, _ now: Int) -> [Action] {
        paused = wanted
        let resumes = those { $0 == .paused }.contains { !wanted.contains($0) }
        // A lane that stands still must not be consumed, and an assignment replaces all of the one before.
        let stops = running.contains(where: wanted.contains)
        return resumes || stops ? claimAgain(at: now) : []
    }

    private mutating func pass(_ now: Int) -> [Action] {
        if let time = nextRelease, now >= time {
            nextRelease = nil
            return [.release]
        }
        if hasWanted {
            guard now >= nextClaim else { return [] }
            nextClaim = now + EngineLimits.retryMilliseconds
            return [.claim(lanes.keys.sorted())]
        }
        guard !unreachable.isEmpty, now >= nextLook else { return [] }
        nextLook = now + EngineLimits.maximumRetryMilliseconds
        return [.look(unreachable)]
    }
}
