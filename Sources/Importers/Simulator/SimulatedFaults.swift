/// An event that waits to be sent.
struct SimulatedEvent {
    let topic: String
    let key: String
    let value: [UInt8]
}

/// Sends some events twice and some late, as real logs have them.
struct SimulatedFaults {
    private var random: RandomSource
    private let duplicatesPerMille: Int
    private let outOfOrderPerMille: Int
    /// What is due at an event's number, by that number modulo the longest delay.
    private var waiting: [[SimulatedEvent]]

    init(_ options: SimulatorOptions) {
        // A stream of its own: turning faults on changes no event, only how often and when it is sent.
        random = RandomSource(seed: ~options.seed)
        duplicatesPerMille = options.duplicatesPerMille
        outOfOrderPerMille = options.outOfOrderPerMille
        waiting = Array(repeating: [], count: ImportersLimits.maximumSimulatedDelayEvents)
    }

    var isActive: Bool { duplicatesPerMille > 0 || outOfOrderPerMille > 0 }

    /// Takes an event and answers with those to send now, in order.
    mutating func pass(_ event: SimulatedEvent, at sequence: Int) -> [SimulatedEvent] {
        let slots = waiting.count
        var due: [SimulatedEvent] = []
        if random.chance(perMille: outOfOrderPerMille) {
            waiting[(sequence + random.within(1...slots - 1)) % slots].append(event)
        } else {
            due.append(event)
            if random.chance(perMille: duplicatesPerMille) {
                waiting[(sequence + random.within(1...slots - 1)) % slots].append(event)
            }
        }
        due += waiting[sequence % slots]
        waiting[sequence % slots] = []
        return due
    }

    mutating func rest() -> [SimulatedEvent] {
        let events = waiting.flatMap(\.self)
        waiting = waiting.map { _ in [] }
        return events
    }
}
