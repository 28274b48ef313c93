/// How long the changed state of a rebuild's lane waits until it is written with its ledger and its checkpoint.
///
/// An interrupted rebuild folds again what came behind the last flush, so it should not be long. But every flush writes
/// all that changed once more, and the older rows have to be removed in the end: where hundreds of thousands of books change
/// all the time, that is work which a rebuild that is not interrupted does for nothing.
enum FlushInterval {
    static func of(unflushedRows rows: Int) -> Duration {
        let milliseconds = EngineLimits.rebuildFlushMilliseconds + rows * 1_000 / EngineLimits.rebuildFlushRowsPerSecond
        return .milliseconds(min(milliseconds, EngineLimits.rebuildFlushMostMilliseconds))
    }
}
