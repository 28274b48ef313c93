import CSimdjson
import Domain

extension FieldReader {
    /// An array of short texts; empty when absent.
    func tags(_ key: FieldKey) throws(EventRefusal) -> [String] {
        try list(key, maximumItems: EventsLimits.maximumTags) { bytes throws(EventRefusal) in
            if let fault = TextRule.tag.fault(in: bytes, isPlain: isPlain) { throw refusal(key, fault, .tag) }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// An array of words out of a closed set; empty when absent.
    func choices<Choice: WireChoice>(_ key: FieldKey) throws(EventRefusal) -> [Choice] {
        try list(key, maximumItems: EventsLimits.maximumTags) { bytes throws(EventRefusal) in
            guard let choice = Choice(wire: bytes) else {
                throw refusal(
                    key, .notInEnum, "holds \"\(excerpt(bytes))\", which is none of \(Choice.allowed)",
                    "send some of them, as shown")
            }
            return choice
        }
    }

    /// An array of symbols as `RELIANCE` or `NSE:RELIANCE`, which must be there.
    func instruments(_ key: FieldKey) throws(EventRefusal) -> [InstrumentKey] {
        guard !isAbsent(key) else { throw misfit(key, expected: "an array of symbols") }
        return try list(key, maximumItems: EventsLimits.maximumListedSymbols) { bytes throws(EventRefusal) in
            Self.instrument(try parts(of: bytes, key))
        }
    }

    private func list<Item>(
        _ key: FieldKey, maximumItems: Int, _ read: (UnsafeRawBufferPointer) throws(EventRefusal) -> Item
    ) throws(EventRefusal) -> [Item] {
        guard !isAbsent(key) else { return [] }
        let field = fields[key.index]
        guard field.kind == UInt32(CSIMDJSON_ARRAY) else { throw misfit(key, expected: "an array of texts") }
        // Without any element in the document there is nothing to point at.
        guard field.count > 0, let elements else { return [] }
        guard field.count <= maximumItems else {
            throw refusal(key, .tooManyItems, "has \(field.count) items, more than \(maximumItems)", "send fewer")
        }
        var items: [Item] = []
        items.reserveCapacity(Int(field.count))
        for index in Int(field.first)..<Int(field.first + field.count) {
            let element = elements[index]
            guard element.kind == UInt32(CSIMDJSON_STRING) else {
                throw refusal(key, .wrongType, "holds something other than text", "send an array of texts")
            }
            items.append(try read(UnsafeRawBufferPointer(start: element.bytes, count: Int(element.length))))
        }
        return items
    }
}
