import Domain

/// An event that waits to be sent.
struct SimulatedEvent {
    let topic: String
    let key: String
    let value: [UInt8]
}

/// Sends some events twice, some late and some under a wrong key, as real logs have them.
struct SimulatedFaults {
    private var random: RandomSource
    private let disorder: SimulatedDisorder
    /// What is due at an event's number, by that number modulo the longest delay.
    private var waiting: [[SimulatedEvent]]
    private var last = 0

    init(_ options: SimulatorOptions) {
        // A stream of its own: turning faults on changes no event, only how often and when it is sent.
        random = RandomSource(seed: ~options.seed)
        disorder = options.disorder
        let longest =
            disorder.latePerMille > 0
            ? ImportersLimits.maximumSimulatedLateEvents : ImportersLimits.maximumSimulatedDelayEvents
        waiting = Array(repeating: [], count: longest)
    }

    var isActive: Bool { disorder != .none }

    /// Takes an event and answers with those to send now, in order.
    mutating func pass(_ given: SimulatedEvent, at sequence: Int) -> [SimulatedEvent] {
        var event = given
        last = sequence
        var due: [SimulatedEvent] = []
        if random.chance(perMille: disorder.misplacedPerMille) {
            event = SimulatedEvent(topic: event.topic, key: "misplaced-\(random.below(1_000))", value: event.value)
        }
        if random.chance(perMille: disorder.latePerMille) {
            wait(event, until: sequence + random.within(1...waiting.count - 1))
        } else if random.chance(perMille: disorder.outOfOrderPerMille) {
            wait(event, until: sequence + anyDelay())
        } else {
            due.append(event)
            if random.chance(perMille: disorder.duplicatesPerMille) { wait(event, until: sequence + anyDelay()) }
        }
        due += waiting[sequence % waiting.count]
        waiting[sequence % waiting.count] = []
        return due
    }

    private mutating func anyDelay() -> Int { random.within(1...ImportersLimits.maximumSimulatedDelayEvents - 1) }

    private mutating func wait(_ event: SimulatedEvent, until sequence: Int) {
        waiting[sequence % waiting.count].append(event)
    }

    /// What still waits, in the order in which it would have been sent.
    mutating func rest() -> [SimulatedEvent] {
        let events = (1...waiting.count).flatMap { waiting[(last + $0) % waiting.count] }
        waiting = waiting.map { _ in [] }
        return events
    }
}
