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
    /// In memory of its own, so that the shim may write it without Swift's exclusivity checks.
    let result = UnsafeMutablePointer<csimdjson_result>.allocate(capacity: 1)
    let cache = UnsafeMutablePointer<TextCache>.allocate(capacity: 1)

    /// Traps when there is no memory for its buffers.
    public init(upcasters: UpcasterRegistry = .standard) {
        guard
            let reader = csimdjson_reader_create(
                UInt32(EventsLimits.maximumEventBytes), UInt32(EventsLimits.maximumNestingDepth),
                UInt32(EventsLimits.maximumUnknownNames))
        else { preconditionFailure("no memory for a JSON reader") }
        self.reader = reader
        result.initialize(to: csimdjson_result())
        cache.initialize(to: TextCache())
        self.upcasters = upcasters
        dataTables = EventKind.allCases.map { NameTable($0.keys) }
        currentVersions = EventKind.allCases.map { upcasters.currentVersion(of: $0) }
    }

    deinit {
        csimdjson_reader_destroy(reader)
        result.deallocate()
        cache.deinitialize(count: 1)
        cache.deallocate()
    }

    /// Decodes a record in structured or binary mode, whichever it is.
    ///
    /// - Parameters:
    ///   - kind: what the record's topic carries.
    ///   - value: the record's value; a Confluent prefix (0x00 and four bytes) is skipped.
    ///   - headers: the record's headers; `content-type` and `ce_…` are looked at.
    ///   - recordTime: the event's time when it names none; without it such an event is refused. A tick that is far ahead of
    ///     it is refused too.
    /// - Throws: an ``EventRefusal`` that names field, value and reason.
    public func decode<Headers: EventHeaders & ~Copyable>(
        _ kind: EventKind, value: UnsafeRawBufferPointer, headers: borrowing Headers, recordTime: Timestamp?
    ) throws(EventRefusal) -> DecodedEvent {
        if headers.isEmpty { return try decodeStructured(kind, value, recordTime) }
        if let type = headers.value(named: "content-type"), type.hasPrefix("application/cloudevents") {
            guard !type.hasPrefix("application/cloudevents-batch") else { throw Self.batch(type) }
            var event = try decodeStructured(kind, value, recordTime)
            Self.trace(&event, headers)
            return event
        }
        guard headers.value(named: "ce_specversion") != nil || headers.value(named: "ce_id") != nil else {
            var event = try decodeStructured(kind, value, recordTime)
            Self.trace(&event, headers)
            return event
        }
        var event = try withUnsafeTemporaryAllocation(of: csimdjson_field.self, capacity: EnvelopeKey.all.count) {
            fields throws(EventRefusal) in
            fields.initialize(repeating: csimdjson_field())
            for (index, name) in EnvelopeKey.headers.enumerated() {
                guard let bytes = headers.value(named: name) else { continue }
                fields[index] = try Self.headerField(bytes, name)
            }
            guard let base = fields.baseAddress else { return try decodeStructured(kind, value, recordTime) }
            return try decodeBinary(kind, value, UnsafePointer(base), recordTime)
        }
        Self.trace(&event, headers)
        return event
    }

    /// Decodes a record without headers.
    public func decode(
        _ kind: EventKind, value: UnsafeRawBufferPointer, recordTime: Timestamp? = nil
    ) throws(EventRefusal) -> DecodedEvent {
        try decodeStructured(kind, value, recordTime)
    }

    /// Checks bare data, as `produce` takes it, and puts it into the given envelope. It names no version, so it is of the
    /// current one.
    public func decodeData(
        _ kind: EventKind, value: UnsafeRawBufferPointer, envelope: Envelope
    ) throws(EventRefusal) -> DecodedEvent {
        let body = try read(value, kind, table: dataTables[Int(kind.rawValue)], hasData: false)
        var envelope = envelope
        envelope.version = currentVersions[Int(kind.rawValue)]
        return try payload(kind, body: body, envelope: envelope, fields: result.pointee.fields)
    }
}

extension EventDecoder {
    @inline(__always)
    private func decodeStructured(
        _ kind: EventKind, _ value: UnsafeRawBufferPointer, _ recordTime: Timestamp?
    ) throws(EventRefusal) -> DecodedEvent {
        _ = try read(value, kind, table: envelopeTable, hasData: true)
        let attributes = fieldReader(result.pointee.fields, .envelope)
        do throws(EventRefusal) {
            let envelope = try envelope(attributes, kind, recordTime)
            guard result.pointee.has_child else { throw Self.missingData(attributes) }
            let data = attributes.bytes(EnvelopeKey.data)
            return try payload(kind, body: data, envelope: envelope, fields: result.pointee.child_fields)
        } catch {
            throw readable(error, kind, attributes, result.pointee.has_child ? result.pointee.child_fields : nil, value)
        }
    }

    private func decodeBinary(
        _ kind: EventKind, _ value: UnsafeRawBufferPointer, _ headers: UnsafePointer<csimdjson_field>,
        _ recordTime: Timestamp?
    ) throws(EventRefusal) -> DecodedEvent {
        let attributes = fieldReader(headers, .headers)
        do throws(EventRefusal) {
            let body = try read(value, kind, table: dataTables[Int(kind.rawValue)], hasData: false)
            let envelope = try envelope(attributes, kind, recordTime)
            return try payload(kind, body: body, envelope: envelope, fields: result.pointee.fields)
        } catch {
            throw readable(error, kind, attributes, result.pointee.fields, value)
        }
    }

    /// Reads the CloudEvents attributes, whichever way they came.
    @inline(__always)
    private func envelope(
        _ attributes: FieldReader, _ kind: EventKind, _ recordTime: Timestamp?
    ) throws(EventRefusal) -> Envelope {
        try Self.checkSpecVersion(attributes)
        let id = try attributes.text(EnvelopeKey.id, .identifier)
        let source = try attributes.text(EnvelopeKey.source, .source, cachedIn: &cache.pointee.source)
        let version = try version(attributes, kind)
        let time: Timestamp
        if attributes.isAbsent(EnvelopeKey.time), let recordTime {
            time = recordTime
        } else {
            time = try attributes.timestamp(EnvelopeKey.time)
            if kind == .marketUpdated, let recordTime { try Self.checkIsPresent(time, recordTime) }
        }
        let subject = try attributes.optionalWord(EnvelopeKey.subject, .source)
        if !attributes.isAbsent(EnvelopeKey.datacontenttype) { try Self.checkContentType(attributes) }
        return Envelope(
            version: version, id: id, source: source, time: time, subject: subject, trace: Self.trace(attributes))
    }

    @inline(__always)
    private func payload(
        _ kind: EventKind, body: UnsafeRawBufferPointer, envelope: consuming Envelope,
        fields: UnsafePointer<csimdjson_field>
    ) throws(EventRefusal) -> DecodedEvent {
        guard envelope.version == currentVersions[Int(kind.rawValue)] else {
            return try lifted(kind, body, envelope)
        }
        var data = fieldReader(fields, .data)
        let payload = try EventPayload.read(kind, &data, time: envelope.time)
        return DecodedEvent(roundedFields: data.roundedFields, envelope: envelope, payload: payload)
    }
}

extension EventDecoder {
    /// Over fields that the shim has just filled.
    @inline(__always)
    func fieldReader(_ fields: UnsafePointer<csimdjson_field>, _ scope: FieldReader.Scope) -> FieldReader {
        FieldReader(
            fields: fields, elements: result.pointee.elements, scope: scope,
            isPlain: result.pointee.is_plain && scope != .headers, cache: cache)
    }
}

extension EventPayload {
    @inline(__always)
    static func read(
        _ kind: EventKind, _ reader: inout FieldReader, time: Timestamp
    ) throws(EventRefusal) -> EventPayload {
        switch kind {
        case .orderPlaced: .orderPlaced(try OrderPlaced.read(&reader, time: time))
        case .orderUpdated: .orderUpdated(try OrderUpdated.read(&reader, time: time))
        case .orderCancelled: .orderCancelled(try OrderCancelled.read(&reader, time: time))
        case .tradeExecuted: .tradeExecuted(try TradeExecuted.read(&reader, time: time))
        case .tradeCorrected: .tradeCorrected(try TradeCorrected.read(&reader, time: time))
        case .marketUpdated: .marketUpdated(try MarketUpdated.read(&reader, time: time))
        case .notificationSend: .notificationSend(try NotificationSend.read(&reader, time: time))
        case .paymentReceived: .paymentReceived(try PaymentReceived.read(&reader, time: time))
        case .ruleChanged: .ruleChanged(try RuleChanged.read(&reader, time: time))
        case .ruleRearmed: .ruleRearmed(try RuleRearmed.read(&reader, time: time))
        case .cartChanged: .cartChanged(try CartChanged.read(&reader, time: time))
        case .alertChanged: .alertChanged(try AlertChanged.read(&reader, time: time))
        case .alertTriggered: .alertTriggered(try AlertTriggered.read(&reader, time: time))
        case .notificationUpdated: .notificationUpdated(try NotificationUpdated.read(&reader, time: time))
        case .watchlistChanged: .watchlistChanged(try WatchlistChanged.read(&reader, time: time))
        case .instrumentUpdated: .instrumentUpdated(try InstrumentUpdated.read(&reader, time: time))
        case .preferenceChanged: .preferenceChanged(try PreferenceChanged.read(&reader, time: time))
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
        case .notificationSend: NotificationSend.self
        case .paymentReceived: PaymentReceived.self
        case .ruleChanged: RuleChanged.self
        case .ruleRearmed: RuleRearmed.self
        case .cartChanged: CartChanged.self
        case .alertChanged: AlertChanged.self
        case .alertTriggered: AlertTriggered.self
        case .notificationUpdated: NotificationUpdated.self
        case .watchlistChanged: WatchlistChanged.self
        case .instrumentUpdated: InstrumentUpdated.self
        case .preferenceChanged: PreferenceChanged.self
        }
    }

    var keys: [FieldKey] { wireType.keys }
}
