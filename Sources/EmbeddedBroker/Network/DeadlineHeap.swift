/// Long polls by the time they have to be answered. Finished ones stay in until their time or until they are too many.
struct DeadlineHeap {
    private var entries: [PendingFetch] = []

    var next: Int64 { entries.first?.deadline ?? .max }

    mutating func insert(_ fetch: PendingFetch) {
        if entries.count > 1_024 && entries.count > 4 * live { purge() }
        entries.append(fetch)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].deadline < entries[parent].deadline else { break }
            entries.swapAt(child, parent)
            child = parent
        }
        live += 1
    }

    private var live = 0

    /// To be called when a fetch in here is answered early.
    mutating func finished() { live -= 1 }

    mutating func popDue(_ now: Int64) -> PendingFetch? {
        while let first = entries.first, first.deadline <= now {
            removeFirst()
            if !first.isDone { return first }
        }
        return nil
    }

    private mutating func removeFirst() {
        guard let last = entries.popLast(), !entries.isEmpty else { return }
        entries[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if entries[child].deadline < entries[least].deadline { least = child }
            }
            if least == parent { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }

    private mutating func purge() {
        entries = entries.filter { !$0.isDone }.sorted { $0.deadline < $1.deadline }
        live = entries.count
    }
}
