import Domain
import Events
import Projections

/// What of the log a build leaves out, although it lies before the build's end.
struct LogCut: Sendable {
    /// Leaves out the events whose own time is behind this.
    var asOf: Timestamp?
    /// Leaves out what is in the rows that were taken over from another build.
    var carried: CarriedHistory?

    /// As a lane looks at it, event by event.
    struct OfLane: Sendable {
        fileprivate let asOf: Timestamp?
        fileprivate let carried: (firstDay: Int32, day: @Sendable (DecodedEvent) -> Int32?, next: [Int64])?

        func leavesOut(_ time: Timestamp) -> Bool { asOf.map { time > $0 } ?? false }

        func leavesOut(_ event: DecodedEvent, input: Int, offset: Int64) -> Bool {
            if leavesOut(event.envelope.time) { return true }
            guard let carried, offset < carried.next[input], let day = carried.day(event) else { return false }
            return day < carried.firstDay
        }
    }

    func of(lane: Int, _ view: ViewConfiguration) -> OfLane? {
        guard let carried, let window = view.definition.history else {
            return asOf == nil ? nil : OfLane(asOf: asOf, carried: nil)
        }
        let next = view.topics.map { carried.next[lane]?[$0] ?? 0 }
        return OfLane(asOf: asOf, carried: (carried.firstDay, window.day, next))
    }
}
