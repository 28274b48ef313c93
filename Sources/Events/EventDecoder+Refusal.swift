import CSimdjson
import Domain

extension EventDecoder {
    /// Why the document is not one.
    @inline(never)
    func documentRefusal(
        _ kind: EventKind, _ value: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer, isStructured: Bool
    ) -> EventRefusal {
        let offset = Int(result.pointee.offset) + value.count - body.count
        let wording = Self.wording(result.pointee.error)
        let near = UnsafeRawBufferPointer(rebasing: body.dropFirst(max(0, Int(result.pointee.offset) - 8)).prefix(40))
        var refusal =
            switch Int(result.pointee.error) {
            case CSIMDJSON_EMPTY where body.isEmpty:
                EventRefusal(
                    code: .noValue, field: "", reason: "is empty",
                    remedy: "send an event; a record without a value means nothing here")
            case CSIMDJSON_TOO_LARGE:
                EventRefusal(
                    code: .tooLarge, field: "", value: "\(value.count) bytes", reason: wording.reason,
                    remedy: wording.remedy)
            case CSIMDJSON_DUPLICATE_NAME:
                EventRefusal(
                    code: .duplicateName, field: duplicatedField(isStructured), byteOffset: offset,
                    reason: wording.reason, remedy: wording.remedy)
            default:
                EventRefusal(
                    code: wording.code, field: "", value: Excerpt.of(near), byteOffset: offset,
                    reason: wording.reason, remedy: wording.remedy)
            }
        if isStructured, let fields = result.pointee.fields, let data = result.pointee.child_fields {
            let attributes = fieldReader(fields, .envelope)
            refusal.readable = readableKey(kind, attributes, data)
        }
        return refusal
    }

    private func duplicatedField(_ isStructured: Bool) -> String {
        let name = Excerpt.of(
            UnsafeRawBufferPointer(start: result.pointee.name, count: Int(result.pointee.name_length)))
        return result.pointee.in_child || !isStructured ? "data.\(name)" : name
    }

    private static func wording(_ error: UInt32) -> (code: EventRefusal.Code, reason: String, remedy: String) {
        let valid = "send one valid JSON object"
        return switch Int(error) {
        case CSIMDJSON_EMPTY: (.malformedJSON, "holds nothing but spaces", valid)
        case CSIMDJSON_TOO_LARGE:
            (.tooLarge, "is larger than \(EventsLimits.maximumEventBytes) bytes", "send less in one event")
        case CSIMDJSON_NO_MEMORY: (.tooLarge, "finds no memory", "give the process more, or send less in one event")
        case CSIMDJSON_BAD_UTF8: (.malformedJSON, "is not UTF-8", "send UTF-8")
        case CSIMDJSON_UNCLOSED_STRING: (.malformedJSON, "has a string that never closes", valid)
        case CSIMDJSON_CONTROL_CHARACTER:
            (.malformedJSON, "has a bare control character in a string", "escape it as \\u00XX")
        case CSIMDJSON_BAD_ESCAPE: (.malformedJSON, "has an escape that JSON does not know", valid)
        case CSIMDJSON_LONE_SURROGATE: (.malformedJSON, "has half a surrogate pair", "send both halves, or UTF-8")
        case CSIMDJSON_BAD_NUMBER: (.malformedJSON, "has a number that breaks JSON's grammar", valid)
        case CSIMDJSON_BAD_LITERAL: (.malformedJSON, "has a word that JSON does not know", valid)
        case CSIMDJSON_TRAILING_BYTES: (.malformedJSON, "goes on after its end", "send one object a record")
        case CSIMDJSON_TOO_DEEP:
            (.tooDeep, "is nested deeper than \(EventsLimits.maximumNestingDepth)", "send flatter data")
        case CSIMDJSON_NOT_AN_OBJECT: (.malformedJSON, "is not an object", valid)
        case CSIMDJSON_DUPLICATE_NAME: (.duplicateName, "stands there twice", "send each name once")
        case CSIMDJSON_TOO_MANY_NAMES:
            (.tooManyNames, "has more than \(EventsLimits.maximumUnknownNames) unknown names", "send fewer")
        default: (.malformedJSON, "breaks JSON's grammar", valid)
        }
    }
}

extension EventDecoder {
    /// The refusal with the ids that could be read. An event that is bare data (no envelope at all) has them too.
    @inline(never)
    func readable(
        _ refusal: EventRefusal, _ kind: EventKind, _ attributes: FieldReader,
        _ data: UnsafePointer<csimdjson_field>?, _ value: UnsafeRawBufferPointer
    ) -> EventRefusal {
        var refusal = refusal
        guard refusal.readable == ReadableKey() else { return refusal }
        if let data {
            refusal.readable = readableKey(kind, attributes, data)
        } else if attributes.isAbsent(EnvelopeKey.specversion) {
            let body = Self.withoutPrefix(value)
            _ = csimdjson_read(
                reader, body.baseAddress?.assumingMemoryBound(to: UInt8.self), body.count,
                dataTables[Int(kind.rawValue)].pointer, -1, nil, result)
            guard let fields = result.pointee.fields else { return refusal }
            refusal.readable = kind.wireType.readableKey(fieldReader(fields, .data))
        } else {
            refusal.readable = Self.envelopeIds(attributes)
        }
        return refusal
    }

    private func readableKey(
        _ kind: EventKind, _ attributes: FieldReader, _ data: UnsafePointer<csimdjson_field>
    ) -> ReadableKey {
        var key = kind.wireType.readableKey(fieldReader(data, .data))
        let ids = Self.envelopeIds(attributes)
        key.eventId = ids.eventId
        key.source = ids.source
        key.traceId = ids.traceId
        return key
    }

    private static func envelopeIds(_ attributes: FieldReader) -> ReadableKey {
        var key = ReadableKey()
        key.eventId = try? attributes.optionalText(EnvelopeKey.id, .identifier)
        key.source = try? attributes.optionalText(EnvelopeKey.source, .source)
        key.traceId = trace(attributes)?.traceId
        return key
    }
}
