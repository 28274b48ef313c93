/// What a replay knows of its tries when its connections break, for the next one to go on with.
struct ReplayAttempt {
    /// Counted from 1.
    var number = 1
    let begun = ContinuousClock.now
    /// Folded by all tries so far.
    var records = 0
    /// There is a build of this replay's own: `--fresh` has been done.
    var hasBegunBuild = false
    /// Set before a build goes live or gets ready, as the answer to that commit may be lost.
    var reached: ReachedBuild?
}

/// A build that is, or may be, live or ready: only what is tidied up behind it is left.
struct ReachedBuild {
    let build: Build
    /// The build that was live before.
    let replaced: Build
    let records: Int
    /// When the build was live: what is tidied up behind it, which may wait for a vacuum, is no part of a rebuild's time.
    let ended: ContinuousClock.Instant
    let wasResumed: Bool
    let skipped: Int
    let hasSpilled: Bool
    let hasHeldLanes: Bool
}
