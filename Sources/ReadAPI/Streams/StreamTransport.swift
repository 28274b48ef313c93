/// What a stream travels over.
enum StreamTransport: String, Sendable, CaseIterable {
    case webSocket = "websocket"
    /// Server-sent events.
    case events = "sse"

    /// A message as bytes of the wire.
    func encode(_ message: StreamMessage) -> [UInt8] {
        encode(message.json, name: message.name, position: message.position)
    }

    func encode(_ json: [UInt8], name: StaticString, position: String?) -> [UInt8] {
        switch self {
        case .webSocket: return WebSocketFrame.text(json)
        case .events:
            // JSON as JSONWriter makes it has no line ends.
            var bytes = Array("event: \(name)\n".utf8)
            if let position { bytes += Array("id: \(position)\n".utf8) }
            bytes += Array("data: ".utf8)
            bytes += json
            bytes += Array("\n\n".utf8)
            return bytes
        }
    }

    /// How a stream ends: a closing frame, or an event that says why.
    func encode(_ end: StreamEnd) -> [UInt8] {
        switch self {
        case .webSocket: WebSocketFrame.close(code: end.code, reason: end.reason)
        case .events: encode(.closing(end))
        }
    }
}
