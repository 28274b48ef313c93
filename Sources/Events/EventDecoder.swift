import CSimdjson
import Domain

/// Turns a record's bytes into a checked event. One a thread: it owns the buffer that each event is copied to, once.
public final class EventDecoder {
    let reader: OpaquePointer
    let envelopeTable = NameTable(EnvelopeKey.all)
    /// By kind.
    let dataTables: [NameTable]
    let upcasters: UpcasterRegistry
    let currentVersions: [Int]
    var result = csimdjson_result()

    /// Traps when there is no memory for its buffers.
    public init(upcasters: UpcasterRegistry = .standard) {
        guard
            let reader = csimdjson_reader_create(
                UInt32(EventsLimits.maximumEventBytes), UInt32(EventsLimits.maximumNestingDepth),
                UInt32(EventsLimits.maximumUnknownNames))
        else { preconditionFailure("no memory for a JSON reader") }
        self.reader = reader
        self.upcasters = upcasters
        dataTables = EventKind.allCases.map { NameTable($0.keys) }
        currentVersions = EventKind.allCases.map { upcasters.currentVersion(of: $0) }
    }

    deinit { csimdjson_reader_destroy(reader) }

    /// Decodes a record in structured or binary mode, whichever it is.
    ///
    /// - Parameters:
    ///   - kind: what the record's topic carries.
    ///   - value: the record's value; a Confluent prefix (0x00 and four bytes) is skipped.
    ///   - headers: the record's headers; `content-type` and `ce_…` are looked at.
    ///   - recordTime: the event's time when it names none; without it such an event is refused.
    /// - Throws: an ``EventRefusal`` that names field, value and reason.
    public func decode<Headers: EventHeaders & ~Copyable>(
        _ kind: EventKind, value: UnsafeRawBufferPointer, headers: borrowing Headers, recordTime: Timestamp?
    ) throws(EventRefusal) -> DecodedEvent {
        if headers.isEmpty { return try decodeStructured(kind, value, recordTime) }
        if let type = headers.value(named: "content-type"), type.starts(with: "application/cloudevents".utf8) {
            guard !type.starts(with: "application/cloudevents-batch".utf8) else { throw Self.batch(type) }
            return try decodeStructured(kind, value, recordTime)
        }
        guard headers.value(named: "ce_specversion") != nil || headers.value(named: "ce_id") != nil else {
            return try decodeStructured(kind, value, recordTime)
        }
        return try withUnsafeTemporaryAllocation(of: csimdjson_field.self, capacity: EnvelopeKey.all.count) {
            fields throws(EventRefusal) in
            fields.initialize(repeating: csimdjson_field())
            for (index, name) in EnvelopeKey.headers.enumerated() {
                guard let bytes = headers.value(named: name) else { continue }
                fields[index] = try Self.headerField(bytes, name)
            }
            guard let base = fields.baseAddress else { return try decodeStructured(kind, value, recordTime) }
            return try decodeBinary(kind, value, UnsafePointer(base), recordTime)
        }
    }

    /// Decodes a record without headers.
    public func decode(
        _ kind: EventKind, value: UnsafeRawBufferPointer, recordTime: Timestamp? = nil
    ) throws(EventRefusal) -> DecodedEvent {
        try decodeStructured(kind, value, recordTime)
    }

    /// Checks bare data, as `produce` takes it, and puts it into the given envelope.
    public func decodeData(
        _ kind: EventKind, value: UnsafeRawBufferPointer, envelope: Envelope
    ) throws(EventRefusal) -> DecodedEvent {
        let body = try read(value, kind, table: dataTables[Int(kind.rawValue)], hasData: false)
        return try payload(kind, body: body, envelope: envelope, fields: result.fields)
    }
}

// MARK: - Modes

extension EventDecoder {
    private func decodeStructured(
        _ kind: EventKind, _ value: UnsafeRawBufferPointer, _ recordTime: Timestamp?
    ) throws(EventRefusal) -> DecodedEvent {
        _ = try read(value, kind, table: envelopeTable, hasData: true)
        let attributes = FieldReader(fields: result.fields, elements: result.elements, scope: .envelope)
        do throws(EventRefusal) {
            let envelope = try envelope(attributes, kind, recordTime)
            guard result.has_child else { throw Self.missingData(attributes) }
            let data = attributes.bytes(EnvelopeKey.data)
            return try payload(kind, body: data, envelope: envelope, fields: result.child_fields)
        } catch {
            throw readable(error, kind, attributes, result.has_child ? result.child_fields : nil, value)
        }
    }

    private func decodeBinary(
        _ kind: EventKind, _ value: UnsafeRawBufferPointer, _ headers: UnsafePointer<csimdjson_field>,
        _ recordTime: Timestamp?
    ) throws(EventRefusal) -> DecodedEvent {
        let attributes = FieldReader(fields: headers, elements: nil, scope: .headers)
        do throws(EventRefusal) {
            let body = try read(value, kind, table: dataTables[Int(kind.rawValue)], hasData: false)
            let envelope = try envelope(attributes, kind, recordTime)
            return try payload(kind, body: body, envelope: envelope, fields: result.fields)
        } catch {
            throw readable(error, kind, attributes, result.fields, value)
        }
    }

    /// Reads the CloudEvents attributes, whichever way they came.
    @inline(__always)
    private func envelope(
        _ attributes: FieldReader, _ kind: EventKind, _ recordTime: Timestamp?
    ) throws(EventRefusal) -> Envelope {
        try Self.checkSpecVersion(attributes)
        let id = try attributes.text(EnvelopeKey.id, .identifier)
        let source = try attributes.text(EnvelopeKey.source, .source)
        let version = try version(attributes, kind)
        let time: Timestamp
        if attributes.isAbsent(EnvelopeKey.time), let recordTime {
            time = recordTime
        } else {
            time = try attributes.timestamp(EnvelopeKey.time)
        }
        let subject = try attributes.optionalText(EnvelopeKey.subject, .source)
        if !attributes.isAbsent(EnvelopeKey.datacontenttype) { try Self.checkContentType(attributes) }
        return Envelope(id: id, source: source, time: time, subject: subject, version: version)
    }

    @inline(__always)
    private func payload(
        _ kind: EventKind, body: UnsafeRawBufferPointer, envelope: Envelope, fields: UnsafePointer<csimdjson_field>
    ) throws(EventRefusal) -> DecodedEvent {
        guard envelope.version == currentVersions[Int(kind.rawValue)] else {
            return try lifted(kind, body, envelope)
        }
        var data = FieldReader(fields: fields, elements: result.elements, scope: .data)
        let payload = try EventPayload(kind, reading: &data, time: envelope.time)
        return DecodedEvent(envelope: envelope, payload: payload, roundedFields: data.roundedFields)
    }
}

extension EventPayload {
    @inline(__always)
    init(_ kind: EventKind, reading reader: inout FieldReader, time: Timestamp) throws(EventRefusal) {
        switch kind {
        case .orderPlaced: self = .orderPlaced(try OrderPlaced(reading: &reader, time: time))
        case .orderUpdated: self = .orderUpdated(try OrderUpdated(reading: &reader, time: time))
        case .orderCancelled: self = .orderCancelled(try OrderCancelled(reading: &reader, time: time))
        case .tradeExecuted: self = .tradeExecuted(try TradeExecuted(reading: &reader, time: time))
        case .tradeCorrected: self = .tradeCorrected(try TradeCorrected(reading: &reader, time: time))
        case .marketUpdated: self = .marketUpdated(try MarketUpdated(reading: &reader, time: time))
        }
    }
}

extension EventKind {
    var wireType: any WireEvent.Type {
        switch self {
        case .orderPlaced: OrderPlaced.self
        case .orderUpdated: OrderUpdated.self
        case .orderCancelled: OrderCancelled.self
        case .tradeExecuted: TradeExecuted.self
        case .tradeCorrected: TradeCorrected.self
        case .marketUpdated: MarketUpdated.self
        }
    }

    var keys: [FieldKey] { wireType.keys }
}
