import Domain
import Events
import Foundation

/// Makes an event of a line, or says why it is none.
struct ProducedLine {
    struct Refusal: Error, Equatable {
        let message: String
    }

    struct Event {
        let key: String
        let value: [UInt8]
    }

    private let kind: EventKind
    private let source: String
    private let decoder = EventDecoder()
    private let encoder = EventEncoder()

    /// - Parameter source: of events made of bare data objects.
    init(_ kind: EventKind, source: String) {
        self.kind = kind
        self.source = source
    }

    /// Checks the line and returns what to send: a CloudEvent as it is, a bare data object in an envelope of its own.
    func event(_ line: LineReader.Line) throws(Refusal) -> Event {
        guard case .text(let text) = line else {
            throw Refusal(message: "longer than \(CommandLineLimits.maximumLineBytes) bytes: split the event")
        }
        do throws(EventRefusal) {
            if Self.isCloudEvent(text) {
                let event = try text.withUnsafeBufferPointer { bytes throws(EventRefusal) in
                    try decoder.decode(kind, value: UnsafeRawBufferPointer(bytes), recordTime: Self.now())
                }
                return Event(key: event.payload.partitionKey, value: text)
            }
            let event = try text.withUnsafeBufferPointer { bytes throws(EventRefusal) in
                try decoder.decodeData(kind, value: UnsafeRawBufferPointer(bytes), envelope: envelope())
            }
            return Event(key: event.payload.partitionKey, value: encoder.structured(Self.addressed(event)))
        } catch {
            throw Refusal(message: "\(error)")
        }
    }

    /// An id of its own: two equal data objects may well be two events; what is one event by its data, the topic's
    /// identity knows.
    private func envelope() -> Envelope {
        Envelope(id: UUID().uuidString.lowercased(), source: source, time: Self.now())
    }

    /// With a subject, and for an execution that says when it was with that time.
    private static func addressed(_ event: DecodedEvent) -> DecodedEvent {
        var event = event
        event.envelope.subject = event.payload.partitionKey
        if case .tradeExecuted(let trade) = event.payload { event.envelope.time = trade.executedAt }
        return event
    }

    private static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    /// In a data object's text the quotes would be escaped, so this can only be an attribute's name.
    private static func isCloudEvent(_ line: [UInt8]) -> Bool {
        let name: StaticString = "\"specversion\""
        let length = name.utf8CodeUnitCount
        return line.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return false }
            var place = 0
            while place + length <= bytes.count,
                let quote = memchr(start + place, Int32(name.utf8Start.pointee), bytes.count - length - place + 1)
            {
                if memcmp(quote, name.utf8Start, length) == 0 { return true }
                place = UnsafeRawPointer(start).distance(to: quote) + 1
            }
            return false
        }
    }
}
