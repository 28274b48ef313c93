import Engine

/// What an operator does about parked events, amid everything else.
extension World {
    /// The cause of what the database refused is gone from here on.
    func mend() {
        note("the database takes all rows from here on")
        database.refusedText = nil
    }

    /// Asks for one key, or for one event that has none.
    func operate() {
        guard let (lane, event) = pickParked() else { return }
        let action: LaneRequest.Action = random.chance(70) ? .retry : .drop
        note("an operator asks to \(action.rawValue) \(event.key ?? "an event") of lane \(lane)")
        database.ask(action, event, lane: lane)
    }

    private func pickParked() -> (lane: Int, event: ParkedRecord)? {
        var all: [(Int, ParkedRecord)] = []
        for lane in 0..<view.lanes {
            for event in (try? database.firstParked(lane: lane)) ?? [] { all.append((lane, event)) }
        }
        return all.isEmpty ? nil : random.pick(all)
    }

    /// Mends, tries everything again and drops what still can't be folded, until nothing is parked.
    /// - Returns: what keeps it from that.
    func emptyParkingLot() -> String? {
        mend()
        var drops = false
        for _ in 0..<Self.longestOperation {
            var asked = 0
            for lane in 0..<view.lanes {
                for event in (try? database.firstParked(lane: lane)) ?? [] {
                    database.ask(drops ? .drop : .retry, event, lane: lane)
                    asked += 1
                }
            }
            if asked == 0 { return catchUp() }
            drops.toggle()
            if let problem = catchUp() { return problem }
        }
        return "events are still parked after \(Self.longestOperation) rounds of retries and drops"
    }

    // MARK: replays

    func beginRebuild() {
        guard rebuild == nil, let makeRebuild else { return }
        note("a replay begins")
        rebuild = makeRebuild(self)
    }

    func stepRebuild(_ running: any Rebuild) {
        if running.step(self) { rebuild = nil }
    }

    private static let longestOperation = 100
}
