/// Every bound of this module.
public enum TelemetryLimits {
    // The endpoint for metrics and probes: few clients, small answers.
    static let connections = 64
    static let eventLoopThreads = 1
    static let idleSeconds = 15
    static let drainMilliseconds = 500
    /// One line of a log is cut here.
    public static let logLineCharacters = 8_192
}
