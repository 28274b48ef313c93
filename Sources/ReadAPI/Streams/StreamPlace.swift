/// A stream's place among those that may be open, held by whatever carries the stream: an answer on its way, then the
/// client. Given back when nobody holds it any more, so that it cannot be lost with a client that leaves in between.
final class StreamPlace: Sendable {
    let transport: StreamTransport
    let user: String
    private let hub: StreamHub

    fileprivate init(_ transport: StreamTransport, _ user: String, _ hub: StreamHub) {
        self.transport = transport
        self.user = user
        self.hub = hub
    }

    deinit { hub.leave(transport, user) }
}

extension StreamHub {
    /// Takes a place for a client.
    func reserve(_ transport: StreamTransport, for user: String) throws(Problem) -> StreamPlace {
        if let refusal = take(transport, user) { throw refusal }
        return StreamPlace(transport, user, self)
    }
}
