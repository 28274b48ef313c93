import Synchronization

/// Outcomes of attempts that run side by side, by their number.
final class AttemptResults: Sendable {
    private let outcomes: Mutex<[DeliveryDesk.Outcome]>

    init(count: Int) {
        outcomes = Mutex(
            Array(repeating: .again(afterMilliseconds: 0, reason: "the attempt was not made"), count: count))
    }

    func set(_ index: Int, _ outcome: DeliveryDesk.Outcome) { outcomes.withLock { $0[index] = outcome } }

    var all: [DeliveryDesk.Outcome] { outcomes.withLock { $0 } }
}
