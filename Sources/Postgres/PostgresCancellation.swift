import CLibpq

/// Asks the server, from any thread, to give up what a connection is doing.
public final class PostgresCancellation: @unchecked Sendable {
    // Unchecked: PGcancel is immutable after PQgetCancel and documented as safe to use from another thread.
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { PQfreeCancel(handle) }

    /// Sends the request; blocks for one short connection to the server. What it cancels fails with 57014.
    public func cancel() throws(PostgresError) {
        var message = [CChar](repeating: 0, count: 256)
        guard PQcancel(handle, &message, Int32(message.count)) == 1 else {
            let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw PostgresError(.unreachable, "the cancel request could not be sent: \(text.trimmingLineEnds)")
        }
    }
}
