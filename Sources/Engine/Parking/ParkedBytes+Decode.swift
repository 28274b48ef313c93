import Domain
import Events
import Kafka

extension ParkedBytes {
    /// What the record says, as a lane would read it.
    public func decode(_ kind: EventKind, by decoder: EventDecoder) throws(EventRefusal) -> DecodedEvent {
        let parked = ParkedHeaders(headers)
        defer { parked.release() }
        guard let value else {
            return try decoder.decode(kind, value: .init(start: nil, count: 0), headers: parked, recordTime: time)
        }
        // A closure that throws a refusal would lose its type here.
        let outcome: Result<DecodedEvent, EventRefusal> = value.withUnsafeBytes { bytes in
            do throws(EventRefusal) {
                return .success(try decoder.decode(kind, value: bytes, headers: parked, recordTime: time))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}

/// Headers that were read from the database, as the decoder asks for them.
private struct ParkedHeaders: EventHeaders {
    private let values: [(name: [UInt8], value: UnsafeMutableRawBufferPointer)]
    let isEmpty: Bool

    init(_ headers: [KafkaHeader]) {
        isEmpty = headers.isEmpty
        values = headers.compactMap { header in
            guard let value = header.value else { return nil }
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: value.count, alignment: 1)
            copy.copyBytes(from: value)
            return (Array(header.name.utf8), copy)
        }
    }

    func release() {
        for entry in values { entry.value.deallocate() }
    }

    func value(named name: StaticString) -> UnsafeRawBufferPointer? {
        let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        return values.last { $0.name.elementsEqual(wanted) }.map { UnsafeRawBufferPointer($0.value) }
    }
}
