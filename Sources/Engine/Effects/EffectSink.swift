/// Where a lane's effects go; told of the fate of every batch.
protocol EffectSink: AnyObject {
    /// The event was parked: what it would give rise to is owed.
    func parked(input: Int, offset: Int64)
    /// The event was folded, known already, or of no meaning to the view.
    func settled(input: Int, offset: Int64)
    /// What the batch's transaction stores; nil when that is nothing.
    func drain() -> LaneEffects?
    /// What was drained is stored, and the marks are where the checkpoints are.
    func committed(next: [Int64])
    /// The batch was rolled back.
    func forget()
}
