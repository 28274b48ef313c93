import Projections

/// Everything that one transaction of a lane does, behind the fence. The row batches are lent until the commit returns.
package struct LaneCommit {
    /// Whose epoch must still hold, and where its checkpoints must be.
    package let claim: LaneClaim
    /// By input, where the checkpoints go.
    package let next: [Int64]
    /// Rows of the view's tables.
    package let writes: WriteSet
    /// Rows of `tapefold.parked_event`, as `ParkingLot.table` has them.
    package let parked: RowBatch
    /// What goes to the outbox; nil for a view without outputs.
    package let effects: LaneEffects?
    /// What becomes of events that are parked already.
    package var parking: ParkingChanges?
    /// Whose rows change; nil for a build that is not live and for a view without users.
    package var changes: UserChanges?

    package init(
        claim: LaneClaim, next: [Int64], writes: WriteSet, parked: RowBatch, effects: LaneEffects? = nil,
        parking: ParkingChanges? = nil
    ) {
        self.claim = claim
        self.next = next
        self.writes = writes
        self.parked = parked
        self.effects = effects
        self.parking = parking
    }
}
