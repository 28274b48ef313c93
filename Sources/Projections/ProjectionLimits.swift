/// The limits of the folds, each with its unit in its name.
public enum ProjectionLimits {
    /// Books that a lane keeps in memory while it is live.
    public static let maximumCachedBooks = 40_000
    /// A trim keeps what the last so many batches used.
    public static let batchesKeptByTrim = 4
}
