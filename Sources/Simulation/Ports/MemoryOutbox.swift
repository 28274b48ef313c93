import Engine

/// A lane's effects in memory: independent of builds.
package struct MemoryOutbox: Sendable {
    /// By topic; empty until the lane's effects are first asked for.
    private var marks: [String: Int64] = [:]
    private var owed: [String: Set<Int64>] = [:]
    private var nextSequence: Int64 = 0
    /// Stored and not deleted, in order.
    package private(set) var rows: [OutboxRecord] = []
    /// All that was ever stored, in order.
    package private(set) var stored: [OutboxRecord] = []

    /// Marks that are not there yet are set to where the lane stands.
    package mutating func state(checkpoints: [String: Int64]) -> EffectState {
        marks.merge(checkpoints) { known, _ in known }
        return EffectState(marks: marks, owed: owed, nextSequence: nextSequence)
    }

    package mutating func raiseMarks(to offsets: [String: Int64]) { marks.merge(offsets, uniquingKeysWith: max) }

    package func waiting(after sequence: Int64, limit: Int) -> [OutboxRecord] {
        Array(rows.filter { $0.sequence > sequence }.prefix(limit))
    }

    package mutating func delete(through sequence: Int64) { rows.removeAll { $0.sequence <= sequence } }

    package mutating func add(_ effects: LaneEffects, topics: [String], next: [Int64]) {
        for (topic, offset) in zip(topics, next) { marks[topic] = max(marks[topic] ?? 0, offset) }
        rows += effects.records
        stored += effects.records
        if !effects.records.isEmpty { nextSequence = effects.nextSequence }
        if let published = effects.publishedThrough { delete(through: published) }
        for place in effects.owed { owed[place.topic, default: []].insert(place.offset) }
        for place in effects.settled { owed[place.topic]?.remove(place.offset) }
    }

    package func holds(_ sequence: Int64) -> Bool { rows.contains { $0.sequence == sequence } }
}
