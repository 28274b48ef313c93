/// CloudEvents' attributes, and the headers that carry them in binary mode.
enum EnvelopeKey {
    static let specversion = FieldKey(0, "specversion")
    static let id = FieldKey(1, "id")
    static let source = FieldKey(2, "source")
    static let type = FieldKey(3, "type")
    static let time = FieldKey(4, "time")
    static let subject = FieldKey(5, "subject")
    static let datacontenttype = FieldKey(6, "datacontenttype")
    static let data = FieldKey(7, "data")
    static let dataBase64 = FieldKey(8, "data_base64")
    static let traceparent = FieldKey(9, "traceparent")
    static let tracestate = FieldKey(10, "tracestate")

    static let all = [
        specversion, id, source, type, time, subject, datacontenttype, data, dataBase64, traceparent, tracestate,
    ]

    /// The headers of the attributes, by index; `data` has none.
    static let headers: [StaticString] = [
        "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "content-type",
    ]
}
