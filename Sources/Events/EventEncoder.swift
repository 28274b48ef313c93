import Domain

/// Writes events as CloudEvents JSON. One a thread: its buffer is reused.
///
/// It does not check what it writes: an event that was built by hand and breaks its rules is refused where it is read.
public final class EventEncoder {
    /// `content-type` of a structured event.
    public static let structuredContentType = "application/cloudevents+json"
    /// `content-type` of a binary event's data.
    public static let dataContentType = "application/json"

    private var sink = JSONSink()

    public init() {}

    /// Calls `body` with one CloudEvents object; the bytes are valid inside it.
    @inline(__always)
    public func withStructured<R>(_ event: DecodedEvent, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try body(write(event))
    }

    /// One CloudEvents object.
    public func structured(_ event: DecodedEvent) -> [UInt8] { Array(write(event)) }

    /// The data object alone: the value of a binary event.
    public func data(_ payload: EventPayload) -> [UInt8] {
        sink.clear()
        writeData(payload)
        return Array(sink.buffer.bytes)
    }

    /// The headers of a binary event.
    public func headers(_ event: DecodedEvent) -> [(name: String, value: [UInt8])] {
        var headers: [(String, String)] = [
            ("ce_specversion", "1.0"), ("ce_id", event.envelope.id), ("ce_source", event.envelope.source),
            ("ce_type", event.kind.type), ("ce_time", event.envelope.time.description),
        ]
        if let subject = event.envelope.subject { headers.append(("ce_subject", subject)) }
        if let trace = event.envelope.trace {
            headers.append(("ce_traceparent", trace.parent))
            if let state = trace.state { headers.append(("ce_tracestate", state)) }
        }
        headers.append(("content-type", Self.dataContentType))
        return headers.map { (name: $0.0, value: Array($0.1.utf8)) }
    }

    @usableFromInline
    func write(_ event: DecodedEvent) -> UnsafeRawBufferPointer {
        sink.clear()
        sink.buffer.append("{\"specversion\":\"1.0\",\"id\":")
        sink.string(event.envelope.id)
        sink.buffer.append(",\"source\":")
        sink.string(event.envelope.source)
        sink.buffer.append(",\"type\":")
        sink.string(event.kind.type)
        sink.buffer.append(",\"time\":")
        event.envelope.time.withText { sink.quoted($0) }
        if let subject = event.envelope.subject {
            sink.buffer.append(",\"subject\":")
            sink.string(subject)
        }
        if let trace = event.envelope.trace { write(trace) }
        sink.buffer.append(",\"data\":")
        writeData(event.payload)
        sink.buffer.append(UInt8(ascii: "}"))
        return sink.buffer.bytes
    }

    private func write(_ trace: TraceContext) {
        sink.buffer.append(",\"traceparent\":")
        sink.string(trace.parent)
        guard let state = trace.state else { return }
        sink.buffer.append(",\"tracestate\":")
        sink.string(state)
    }

    private func writeData(_ payload: EventPayload) {
        sink.openObject()
        payload.visit(&sink)
        sink.closeObject()
    }
}
