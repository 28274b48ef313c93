import Engine

extension MemoryDatabase {
    /// A new build of the same view, at the log's beginning.
    package func emptyBuild() -> MemoryDatabase {
        let made = MemoryDatabase(view)
        made.refusedText = refusedText
        made.adopt(contents.operations.decisions)
        made.contents.heeded = Set(contents.operations.decisions.keys)
        return made
    }

    /// Makes another build live in place of the one that is: its rows, checkpoints and parked events, with epochs above all
    /// that were. Effects, requests and decisions know no builds.
    package func swap(to other: MemoryDatabase) {
        for (lane, (old, new)) in zip(contents.lanes, other.contents.lanes).enumerated() {
            for topic in view.topics where new.next[topic] ?? 0 < old.next[topic] ?? 0 {
                note(violation: "lane \(lane): \(topic) went back by a swap")
            }
        }
        contents.operations.builds += 1
        var made = other.contents
        made.build = "1.\(contents.operations.builds + 1)"
        take(made)
    }

    /// Makes a build live again that was live before, unless it has folded what was dropped since.
    package func rollBack(to kept: Contents) -> Bool {
        let dropped = contents.operations.decisions.keys.filter { kept.operations.decisions[$0] == nil }
        guard !dropped.contains(where: kept.hasFolded) else { return false }
        take(kept)
        return true
    }

    private func take(_ build: Contents) {
        var build = build
        build.outboxes = contents.outboxes
        build.operations = contents.operations
        build.nextParkOrder = max(build.nextParkOrder, contents.nextParkOrder)
        for lane in build.lanes.indices {
            build.lanes[lane].epoch = max(build.lanes[lane].epoch, contents.lanes[lane].epoch) + 1
            build.lanes[lane].owner = contents.lanes[lane].owner
        }
        restore(build)
    }
}
