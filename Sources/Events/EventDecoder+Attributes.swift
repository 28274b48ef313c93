import CSimdjson
import Domain

extension EventDecoder {
    /// A tick of the far future would stay the latest until then: the quote, and what alerts compare with.
    static func checkIsPresent(_ time: Timestamp, _ recordTime: Timestamp) throws(EventRefusal) {
        let (ahead, overflow) = time.microseconds.subtractingReportingOverflow(recordTime.microseconds)
        // Of a producer whose clock is not set nothing follows.
        guard recordTime.microseconds >= EventsLimits.earliestRecordMicroseconds else { return }
        guard !overflow, ahead > EventsLimits.maximumTickSecondsAhead * 1_000_000 else { return }
        throw EventRefusal(
            code: .outOfRange, field: "\(EnvelopeKey.time.name)", value: time.description,
            reason: "is more than \(EventsLimits.maximumTickSecondsAhead / 86_400) days later than its record, "
                + "which was produced at \(recordTime)",
            remedy: "Correct the feed's clock or the form of its dates, and send the tick again.")
    }

    /// Reads the document; refuses what is not valid JSON. Returns the JSON text without a Confluent prefix.
    @inline(__always)
    func read(
        _ value: UnsafeRawBufferPointer, _ kind: EventKind, table: NameTable, hasData: Bool
    ) throws(EventRefusal) -> UnsafeRawBufferPointer {
        let body = Self.withoutPrefix(value)
        let error = csimdjson_read(
            reader, body.baseAddress?.assumingMemoryBound(to: UInt8.self), body.count, table.pointer,
            hasData ? Int32(EnvelopeKey.data.index) : -1, hasData ? dataTables[Int(kind.rawValue)].pointer : nil,
            result)
        guard error == UInt32(CSIMDJSON_OK) else { throw documentRefusal(kind, value, body, isStructured: hasData) }
        return body
    }

    /// Confluent's wire format puts 0x00 and a schema's id before the JSON, which itself never starts with 0x00.
    @inline(__always)
    static func withoutPrefix(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard value.count >= 5, value[0] == 0 else { return value }
        return UnsafeRawBufferPointer(rebasing: value[5...])
    }

    static func headerField(_ bytes: UnsafeRawBufferPointer, _ name: StaticString) throws(EventRefusal)
        -> csimdjson_field
    {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw EventRefusal(
                code: .wrongFormat, field: "\(name)", value: Excerpt.of(bytes), reason: "is not UTF-8",
                remedy: "send the header as UTF-8")
        }
        var field = csimdjson_field()
        field.kind = UInt32(CSIMDJSON_STRING)
        field.bytes = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        field.length = UInt32(bytes.count)
        return field
    }

    @inline(__always)
    static func checkSpecVersion(_ attributes: FieldReader) throws(EventRefusal) {
        guard attributes.isString(EnvelopeKey.specversion) else {
            throw attributes.misfit(EnvelopeKey.specversion, expected: "\"1.0\": events are CloudEvents 1.0")
        }
        guard ("1.0" as StaticString).matches(attributes.bytes(EnvelopeKey.specversion)) else {
            throw attributes.refusal(
                EnvelopeKey.specversion, .wrongSpecVersion, "is not a version of CloudEvents that is known here",
                "send CloudEvents 1.0")
        }
    }

    /// The version that `type` names. Long and short types are taken, of the topic's own kind only.
    @inline(__always)
    func version(_ attributes: FieldReader, _ kind: EventKind) throws(EventRefusal) -> Int {
        guard attributes.isString(EnvelopeKey.type) else {
            throw attributes.misfit(EnvelopeKey.type, expected: kind.type)
        }
        let bytes = attributes.bytes(EnvelopeKey.type)
        if currentVersions[Int(kind.rawValue)] == 1, kind.typeBytes.matches(bytes) { return 1 }
        return try parsedVersion(attributes, kind, bytes)
    }

    @inline(never)
    private func parsedVersion(
        _ attributes: FieldReader, _ kind: EventKind, _ bytes: UnsafeRawBufferPointer
    ) throws(EventRefusal) -> Int {
        let prefix = "\(EventKind.typePrefix)"
        var text = Substring(String(decoding: bytes, as: UTF8.self))
        if text.hasPrefix(prefix) { text = text.dropFirst(prefix.count) }
        let start = kind.topic + ".v"
        guard text.hasPrefix(start) else {
            throw attributes.refusal(
                EnvelopeKey.type, .wrongEventType, "does not belong on topic \(kind.topic)",
                "send it to its own topic, or with type \(kind.type)")
        }
        let digits = text.dropFirst(start.count)
        let current = currentVersions[Int(kind.rawValue)]
        guard digits.utf8.allSatisfy({ $0 &- 48 < 10 }), digits.first != "0", let version = Int(digits),
            (1...current).contains(version)
        else {
            throw attributes.refusal(
                EnvelopeKey.type, .unknownVersion, "names a version that this build does not know",
                "send version 1 to \(current), or update the processors first")
        }
        return version
    }

    @inline(never)
    static func checkContentType(_ attributes: FieldReader) throws(EventRefusal) {
        let key = EnvelopeKey.datacontenttype
        guard attributes.isString(key) else { throw attributes.misfit(key, expected: "application/json") }
        let text = String(decoding: attributes.bytes(key), as: UTF8.self).lowercased()
        let media = text.prefix { $0 != ";" && $0 != " " }
        guard media == "application/json" || media.hasSuffix("+json") else {
            throw attributes.refusal(
                key, .unsupportedContent, "is not JSON, which is all that is read here", "send application/json")
        }
    }

    /// The trace that a structured event names.
    @inline(__always)
    static func trace(_ attributes: FieldReader) -> TraceContext? {
        attributes.isAbsent(EnvelopeKey.traceparent) ? nil : readTrace(attributes)
    }

    @inline(never)
    private static func readTrace(_ attributes: FieldReader) -> TraceContext? {
        guard attributes.isString(EnvelopeKey.traceparent) else { return nil }
        let state = EnvelopeKey.tracestate
        return TraceContext(
            parent: attributes.bytes(EnvelopeKey.traceparent),
            state: attributes.isString(state) ? attributes.bytes(state) : nil)
    }

    /// Gives the event the trace of its record's headers, where it names none itself.
    @inline(__always)
    static func trace<Headers: EventHeaders & ~Copyable>(_ event: inout DecodedEvent, _ headers: borrowing Headers) {
        guard event.envelope.trace == nil else { return }
        if let parent = headers.value(named: "ce_traceparent") {
            event.envelope.trace = TraceContext(parent: parent, state: headers.value(named: "ce_tracestate"))
        } else if let parent = headers.value(named: "traceparent") {
            event.envelope.trace = TraceContext(parent: parent, state: headers.value(named: "tracestate"))
        }
    }

    @inline(never)
    static func missingData(_ attributes: FieldReader) -> EventRefusal {
        guard attributes.isAbsent(EnvelopeKey.dataBase64) else {
            return attributes.refusal(
                EnvelopeKey.dataBase64, .unsupportedContent, "is not read here",
                "send the data as a JSON object in data")
        }
        return attributes.misfit(EnvelopeKey.data, expected: "an object")
    }

    @inline(never)
    static func batch(_ type: UnsafeRawBufferPointer) -> EventRefusal {
        EventRefusal(
            code: .unsupportedContent, field: "content-type", value: Excerpt.of(type),
            reason: "announces a batch; Kafka's binding has none", remedy: "send one event a record")
    }
}

extension EventKind {
    /// ``type`` for comparing bytes.
    var typeBytes: StaticString {
        switch self {
        case .orderPlaced: "com.tapefold.orders.placed.v1"
        case .orderUpdated: "com.tapefold.orders.updated.v1"
        case .orderCancelled: "com.tapefold.orders.cancelled.v1"
        case .tradeExecuted: "com.tapefold.trades.executed.v1"
        case .tradeCorrected: "com.tapefold.trades.corrected.v1"
        case .marketUpdated: "com.tapefold.market.updates.v1"
        case .notificationSend: "com.tapefold.notifications.send.v1"
        case .paymentReceived: "com.tapefold.payments.received.v1"
        case .ruleChanged: "com.tapefold.rules.changed.v1"
        case .ruleRearmed: "com.tapefold.rules.rearmed.v1"
        case .cartChanged: "com.tapefold.cart.changed.v1"
        case .alertChanged: "com.tapefold.alerts.changed.v1"
        case .alertTriggered: "com.tapefold.alerts.triggered.v1"
        case .notificationUpdated: "com.tapefold.notifications.updated.v1"
        case .watchlistChanged: "com.tapefold.watchlists.changed.v1"
        case .instrumentUpdated: "com.tapefold.instruments.updated.v2"
        case .preferenceChanged: "com.tapefold.preferences.changed.v1"
        }
    }
}
