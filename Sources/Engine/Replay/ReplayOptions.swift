/// How a rebuild goes about it.
public struct ReplayOptions: Sendable {
    /// Drop what an interrupted run left instead of going on with it.
    public var startsAnew = false
    /// Make the build live at the end; else it is left ready for that.
    public var goesLive = true
    /// Refuse when no worker serves the fold, since nobody would go on from the new build.
    public var needsWorker = true
    /// Builds that were live before and are kept afterwards.
    public var keptBuilds = EngineLimits.keptBuilds
    /// Spares brokers and database; nil is as fast as it goes.
    public var eventsPerSecond: Int?
    /// What all lanes together may remember before they go on with indexes.
    public var memoryMegabytes = EngineLimits.rebuildMegabytes

    public init() {}

    var identities: Int { memoryMegabytes << 20 / EngineLimits.bytesPerIdentity }
}
