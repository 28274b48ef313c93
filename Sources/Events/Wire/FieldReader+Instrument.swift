import Domain

extension FieldReader {
    /// A symbol as `RELIANCE` or `NSE:RELIANCE`; the exchange is the prefix, if any.
    @inline(__always)
    private func address(
        _ key: FieldKey
    ) throws(EventRefusal) -> (exchange: UnsafeRawBufferPointer?, symbol: UnsafeRawBufferPointer) {
        guard isString(key) else { throw misfit(key, expected: "text") }
        return try parts(of: bytes(key), key)
    }

    /// The same of a text that stands in field `key`.
    @inline(__always)
    func parts(
        of bytes: UnsafeRawBufferPointer, _ key: FieldKey
    ) throws(EventRefusal) -> (exchange: UnsafeRawBufferPointer?, symbol: UnsafeRawBufferPointer) {
        if TextRule.isSymbol(bytes) { return (nil, bytes) }
        if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
            let prefix = UnsafeRawBufferPointer(rebasing: bytes[..<colon])
            let symbol = UnsafeRawBufferPointer(rebasing: bytes[(colon + 1)...])
            if TextRule.isExchange(prefix), TextRule.isSymbol(symbol) { return (prefix, symbol) }
        }
        throw refusal(
            key, bytes.isEmpty ? .emptyText : .wrongFormat,
            "is not a symbol of 1 to \(EventsLimits.maximumSymbolCharacters) printable ASCII characters",
            "send it as RELIANCE or NSE:RELIANCE")
    }

    /// Both parts of an instrument's address. A prefix of the symbol must agree with the exchange.
    @inline(__always)
    func instrument(
        symbol: FieldKey, exchange: FieldKey
    ) throws(EventRefusal) -> (exchange: String, symbol: String) {
        let short = short(symbol, .symbol)
        let slot = short.map { cache.pointee.words.slot($0) }
        if let short, let slot, slot.pointee.key == short {
            return (try text(exchange, .exchange, cachedIn: &cache.pointee.exchange), slot.pointee.text)
        }
        let address = try address(symbol)
        let exchangeText = try text(exchange, .exchange, cachedIn: &cache.pointee.exchange)
        let symbolText = String(decoding: address.symbol, as: UTF8.self)
        if let short, let slot, address.exchange == nil {
            slot.pointee = WordTable.Slot(key: short, text: symbolText)
        }
        if let prefix = address.exchange { try agree(prefix, symbol: symbol, exchange: exchange) }
        return (exchangeText, symbolText)
    }

    /// The same where both may be absent; a prefix then stands for an absent exchange.
    func optionalInstrument(
        symbol: FieldKey, exchange: FieldKey
    ) throws(EventRefusal) -> (exchange: String?, symbol: String?) {
        let exchangeText = try optionalText(exchange, .exchange)
        guard !isAbsent(symbol) else { return (exchangeText, nil) }
        let address = try address(symbol)
        let symbolText = String(decoding: address.symbol, as: UTF8.self)
        guard let prefix = address.exchange else { return (exchangeText, symbolText) }
        if let exchangeText {
            try agree(prefix, symbol: symbol, exchange: exchange)
            return (exchangeText, symbolText)
        }
        return (String(decoding: prefix, as: UTF8.self), symbolText)
    }

    /// A symbol whose event names its exchange nowhere else: a bare one is of the default exchange.
    func instrument(_ key: FieldKey) throws(EventRefusal) -> InstrumentKey {
        Self.instrument(try address(key))
    }

    func optionalInstrument(_ key: FieldKey) throws(EventRefusal) -> InstrumentKey? {
        isAbsent(key) ? nil : try instrument(key)
    }

    static func instrument(
        _ parts: (exchange: UnsafeRawBufferPointer?, symbol: UnsafeRawBufferPointer)
    ) -> InstrumentKey {
        InstrumentKey(
            exchange: parts.exchange.map { String(decoding: $0, as: UTF8.self) } ?? InstrumentKey.defaultExchange,
            symbol: String(decoding: parts.symbol, as: UTF8.self))
    }

    @inline(__always)
    private func agree(_ prefix: UnsafeRawBufferPointer, symbol: FieldKey, exchange: FieldKey) throws(EventRefusal) {
        guard prefix.hasSameBytes(as: bytes(exchange)) else {
            throw refusal(
                symbol, .fieldsDisagree,
                "names another exchange than \(scope.path(exchange)) (\(excerpt(bytes(exchange))))",
                "send the symbol without its prefix, or the same exchange in both")
        }
    }

    /// Symbol and exchange of a refused event, as far as they follow their rules.
    func readableInstrument(symbol: FieldKey, exchange: FieldKey) -> (exchange: String?, symbol: String?) {
        let both: (exchange: String?, symbol: String?)? = try? optionalInstrument(symbol: symbol, exchange: exchange)
        if let both { return both }
        let exchangeText = try? optionalText(exchange, .exchange)
        let symbolText = (try? address(symbol)).map { String(decoding: $0.symbol, as: UTF8.self) }
        return (exchangeText, symbolText)
    }
}
