import CSimdjson
import Domain

extension EventDecoder {
    /// Lifts old data to the current version and reads it again. Slower than a current event: its data is listed,
    /// written anew and parsed a second time.
    @inline(never)
    func lifted(
        _ kind: EventKind, _ body: UnsafeRawBufferPointer, _ envelope: Envelope
    ) throws(EventRefusal) -> DecodedEvent {
        // A copy: `body` may lie in the buffer that the reader is about to fill.
        var data = try members(Array(body))
        do throws(EventRefusal) {
            return try lifted(kind, &data, envelope)
        } catch {
            var refusal = error
            // The caller's fields are overwritten by now, so what can be read is looked for here.
            if refusal.readable == ReadableKey() { refusal.readable = readableKey(kind, data, envelope) }
            throw refusal
        }
    }

    /// The ids of data that was lifted as far as it went.
    private func readableKey(_ kind: EventKind, _ data: VersionedData, _ envelope: Envelope) -> ReadableKey {
        let text = data.encoded()
        _ = csimdjson_read(reader, text, text.count, dataTables[Int(kind.rawValue)].pointer, -1, nil, result)
        var key = result.pointee.fields.map { kind.wireType.readableKey(fieldReader($0, .data)) } ?? ReadableKey()
        key.eventId = envelope.id
        key.source = envelope.source
        key.time = envelope.time
        key.traceId = envelope.trace?.traceId
        return key
    }

    private func lifted(
        _ kind: EventKind, _ data: inout VersionedData, _ envelope: Envelope
    ) throws(EventRefusal) -> DecodedEvent {
        for upcaster in upcasters.path(of: kind, from: envelope.version) {
            do {
                try upcaster.lift(&data)
            } catch let refusal as EventRefusal {
                throw refusal
            } catch {
                throw EventRefusal(
                    code: .upcastFailed, field: "data", value: "version \(upcaster.fromVersion)",
                    reason: "could not be brought to version \(upcaster.fromVersion + 1): \(error)",
                    remedy: "correct the event, or send it in the current version")
            }
        }
        let table = dataTables[Int(kind.rawValue)]
        let lifted = data.encoded()
        return try lifted.withUnsafeBufferPointer { buffer throws(EventRefusal) in
            _ = try read(UnsafeRawBufferPointer(buffer), kind, table: table, hasData: false)
            var fields = fieldReader(result.pointee.fields, .data)
            let payload = try EventPayload.read(kind, &fields, time: envelope.time)
            return DecodedEvent(envelope: envelope, payload: payload, roundedFields: fields.roundedFields)
        }
    }

    private func members(_ data: [UInt8]) throws(EventRefusal) -> VersionedData {
        var list: UnsafePointer<csimdjson_member>?
        var count: UInt32 = 0
        let error = csimdjson_list(reader, data, data.count, &list, &count)
        guard error == UInt32(CSIMDJSON_OK) else {
            throw EventRefusal(
                code: .upcastFailed, field: "data", reason: "could not be listed", remedy: "send fewer unknown names")
        }
        let found = UnsafeBufferPointer(start: list, count: Int(count))
        return VersionedData(
            members: found.map { member in
                let name = UnsafeRawBufferPointer(start: member.name, count: Int(member.name_length))
                let text = UnsafeRawBufferPointer(start: member.text, count: Int(member.text_length))
                return .init(name: String(decoding: name, as: UTF8.self), json: String(decoding: text, as: UTF8.self))
            })
    }
}
