import Engine
import Kafka

/// What is wrong with the effects at the end of a run: one stored twice, one never published, one out of order.
struct EffectCheck {
    private let world: World
    private let clean: MemoryDatabase
    private let damages: Bool

    init(_ world: World, clean: MemoryDatabase, damages: Bool) {
        self.world = world
        self.clean = clean
        self.damages = damages
    }

    /// A database that was set back has forgotten what it had published, and an event that parks in one order of the topics may fold in another.
    private var isForgetful: Bool { world.counts[.databaseSetBack] ?? 0 > 0 }
    private var isAmbiguous: Bool { damages && (isForgetful || world.counts[.rollback] ?? 0 > 0) }

    var problem: String? {
        for lane in 0..<world.view.lanes {
            let stored = world.database.contents.outboxes[lane].stored.map(\.value)
            if Set(stored).count != stored.count { return "lane \(lane): an effect was stored twice" }
            let wanted = Set(clean.contents.outboxes[lane].stored.map(\.value))
            if let missing = one(wanted.subtracting(stored)) { return "lane \(lane): no effect \(missing)" }
            if !isAmbiguous, let surplus = one(Set(stored).subtracting(wanted)) {
                return "lane \(lane): one clean fold has no effect \(surplus)"
            }
        }
        return wrongWithWhatWasPublished
    }

    private var wrongWithWhatWasPublished: String? {
        let outboxes = world.database.contents.outboxes
        let published = firstOfEach(world.published.map { $0.value ?? [] })
        let stored = outboxes.flatMap(\.stored).map(\.value)
        if let lost = one(Set(stored).subtracting(published)) { return "never published: \(lost)" }
        guard !isForgetful else { return nil }
        if let invented = one(Set(published).subtracting(stored)) { return "published, not stored: \(invented)" }
        for (lane, outbox) in outboxes.enumerated() {
            let own = Set(outbox.stored.map(\.value))
            guard published.filter(own.contains) != outbox.stored.map(\.value) else { continue }
            return "lane \(lane): effects were published in another order than stored"
        }
        return nil
    }

    /// What a reader that honours ids makes of it.
    private func firstOfEach(_ values: [[UInt8]]) -> [[UInt8]] {
        var seen: Set<[UInt8]> = []
        return values.filter { seen.insert($0).inserted }
    }

    /// The same one in every process.
    private func one(_ values: Set<[UInt8]>) -> String? { values.map { String(decoding: $0, as: UTF8.self) }.min() }
}
