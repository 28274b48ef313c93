/// How a log of the simulator differs from one that everything reached once and in time. Each figure is events in a
/// thousand; none of it changes what an event says.
public struct SimulatedDisorder: Sendable, Equatable {
    /// Sent a second time, a little later.
    public var duplicatesPerMille: Int
    /// Sent behind events that happened after them, up to ``ImportersLimits/maximumSimulatedDelayEvents`` later.
    public var outOfOrderPerMille: Int
    /// Sent much later, up to ``ImportersLimits/maximumSimulatedLateEvents``.
    public var latePerMille: Int
    /// Sent under another key than their data's, and so mostly to another partition.
    public var misplacedPerMille: Int

    public init(
        duplicatesPerMille: Int = 0, outOfOrderPerMille: Int = 0, latePerMille: Int = 0, misplacedPerMille: Int = 0
    ) {
        self.duplicatesPerMille = duplicatesPerMille
        self.outOfOrderPerMille = outOfOrderPerMille
        self.latePerMille = latePerMille
        self.misplacedPerMille = misplacedPerMille
    }

    public static let none = SimulatedDisorder()
    /// What a broker connection shows in an ordinary week.
    public static let real = SimulatedDisorder(
        duplicatesPerMille: 2, outOfOrderPerMille: 5, latePerMille: 1, misplacedPerMille: 0)
    /// What nobody should see, and what must change no row all the same.
    public static let hostile = SimulatedDisorder(
        duplicatesPerMille: 50, outOfOrderPerMille: 80, latePerMille: 20, misplacedPerMille: 5)

    public static let presets: [(name: String, value: SimulatedDisorder)] = [
        ("none", .none), ("real", .real), ("hostile", .hostile),
    ]

    var isValid: Bool {
        [duplicatesPerMille, outOfOrderPerMille, latePerMille, misplacedPerMille].allSatisfy((0...1_000).contains)
    }
}
