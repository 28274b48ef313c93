import Domain

/// An event's data as it travels. One place says which fields there are, how each is read and how each is written.
protocol WireEvent {
    /// The names of all fields, by index. Fields are only ever appended.
    static var keys: [FieldKey] { get }
    /// Reads and checks the fields; `time` is the envelope's. A function and not an initialiser: an initialiser that
    /// may throw copies and destroys the whole value at its end, which cost 8 % of decoding.
    static func read(_ reader: inout FieldReader, time: Timestamp) throws(EventRefusal) -> Self
    /// Hands every field that is not at its default to `sink`, in a fixed order.
    func visit<Sink: FieldSink & ~Copyable>(_ sink: inout Sink)
    /// The ids of a refused event that still follow their rules.
    static func readableKey(_ reader: FieldReader) -> ReadableKey
}

/// Takes an event's fields one by one: the encoder, the content hash.
protocol FieldSink: ~Copyable {
    mutating func text(_ key: FieldKey, _ value: String)
    mutating func decimal(_ key: FieldKey, _ value: Fixed8)
    mutating func timestamp(_ key: FieldKey, _ value: Timestamp)
    mutating func list(_ key: FieldKey, _ values: [String])
    mutating func flag(_ key: FieldKey, _ value: Bool)
    mutating func integer(_ key: FieldKey, _ value: Int64)
    /// `json` is the text of a valid object.
    mutating func object(_ key: FieldKey, json: String)
}

extension FieldSink where Self: ~Copyable {
    @inline(__always)
    mutating func text(_ key: FieldKey, _ value: String?) {
        if let value { text(key, value) }
    }

    @inline(__always)
    mutating func decimal(_ key: FieldKey, _ value: Fixed8?) {
        if let value { decimal(key, value) }
    }

    @inline(__always)
    mutating func timestamp(_ key: FieldKey, _ value: Timestamp?) {
        if let value { timestamp(key, value) }
    }

    mutating func integer(_ key: FieldKey, _ value: Int64?) {
        if let value { integer(key, value) }
    }

    @inline(__always)
    mutating func tags(_ key: FieldKey, _ values: [String]) {
        if !values.isEmpty { list(key, values) }
    }

    @inline(__always)
    mutating func object(_ key: FieldKey, json: String?) {
        if let json { object(key, json: json) }
    }
}
