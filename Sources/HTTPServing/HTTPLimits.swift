/// Every bound of the HTTP server.
public enum HTTPLimits {
    // The socket and a connection
    static let listenBacklog: Int32 = 1_024
    public static let eventLoopThreads = 2
    public static let connections = 10_000
    public static let connectionIdleSeconds = 30
    /// Request line and headers of one request; the other half of a connection's memory is its answer's headers.
    static let connectionMemoryBytes = 32 * 1_024

    // A request
    public static let requestTargetBytes = 8 * 1_024
    public static let requestBodyBytes = 16 * 1_024
    /// Bodies of all connections together.
    public static let allBodiesBytes = 64 * 1_024 * 1_024
    /// Bytes of a body that is refused which are still read, so that the client gets to see why.
    static let refusedBodyBytes = 1_024 * 1_024
    /// From a connection's start, or the answer before, to the request's last byte. An idle connection ends earlier.
    public static let requestSeconds = 60
    static let deadlineLookMilliseconds: Int32 = 1_000
    public static let requestHeaders = 100
    static let requestIdentifierBytes = 128

    // Stopping
    public static let drainMilliseconds = 8_000
    static let flushMilliseconds = 1_000
}
