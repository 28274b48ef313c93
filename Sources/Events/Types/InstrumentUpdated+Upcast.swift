extension Upcaster {
    /// `instruments.updated` 1 → 2: `type` was free text, each exchange's own word (FUTSTK, OPTIDX, XX…), so that nobody could
    /// ask for all futures. It becomes one of ``InstrumentType``; a word that is none of them is kept as `exchangeType`.
    static let instrumentTypes = Upcaster(kind: .instrumentUpdated, fromVersion: 1) { data in
        // What is missing or no text is refused where the current version is read.
        guard let json = data["type"], let word = WordOfVersion1.text(json) else { return }
        let type = WordOfVersion1.type(word, symbol: data["symbol"].flatMap(WordOfVersion1.text) ?? "")
        data["type"] = "\"\(type.rawValue)\""
        data["exchangeType"] = type.rawValue == word ? nil : json
    }
}

/// The words for an instrument's type that exchanges and brokers of India use.
private enum WordOfVersion1 {
    private static let words: [String: InstrumentType] = [
        "EQ": .equity, "EQUITY": .equity, "BE": .equity, "ETF": .equity, "STK": .equity, "STOCK": .equity,
        "FUT": .future, "FUTSTK": .future, "FUTIDX": .future, "FUTCOM": .future, "FUTCUR": .future, "FUTIRC": .future,
        "FUTIVX": .future, "STF": .future, "IDF": .future, "CE": .call, "CALL": .call, "PE": .put, "PUT": .put,
        "INDEX": .index, "IDX": .index, "INDICES": .index,
    ]
    /// Options by what lies under them; whether it is a call or a put the symbol's end says.
    private static let options: Set<String> = [
        "OPT", "OPTSTK", "OPTIDX", "OPTCUR", "OPTFUT", "OPTCOM", "OPTIRC", "STO", "IDO",
    ]

    static func type(_ word: String, symbol: String) -> InstrumentType {
        let word = word.uppercased()
        if let type = words[word] { return type }
        guard options.contains(word) else { return .other }
        if symbol.hasSuffix("CE") { return .call }
        return symbol.hasSuffix("PE") ? .put : .other
    }

    /// The text between the quotes of a JSON text; nil for what is none. A word with an escape in it is none that is known.
    static func text(_ json: String) -> String? {
        guard json.count >= 2, json.hasPrefix("\""), json.hasSuffix("\"") else { return nil }
        return String(json.dropFirst().dropLast())
    }
}
