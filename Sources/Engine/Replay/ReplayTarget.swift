import Kafka

/// How far a rebuild folds a partition before it may take the live build's place.
enum ReplayTarget {
    /// Where the live build is, as far as the log goes.
    ///
    /// A live build that retention overtook stands still below what the log still has, so being no further than it would
    /// mean to go live with next to nothing folded: the rebuild then folds all that is left.
    ///
    /// - Parameters:
    ///   - live: the live build's next offset.
    ///   - tellsEffects: the view gives rise to events. A rebuild is silent, so what the live build has not folded is left
    ///     to the workers behind the swap, who tell of it.
    static func offset(live: Int64, bounds: KafkaWatermarks, tellsEffects: Bool) -> Int64 {
        if isOvertaken(live, bounds), !tellsEffects { return bounds.high }
        return min(live, bounds.high)
    }

    /// Whether retention removed what is to be folded next.
    static func isOvertaken(_ next: Int64, _ bounds: KafkaWatermarks) -> Bool { next < bounds.low }
}
