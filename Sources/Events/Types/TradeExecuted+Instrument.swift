extension TradeExecuted {
    /// The ISIN where it names what was traded; `nil` where none was given, and of a contract, whose ISIN is its underlying's.
    @inlinable
    public var instrumentISIN: String? {
        guard let isin, !ContractMarket.isNamed(exchange: exchange, segment: details?.segment) else { return nil }
        return isin
    }
}

/// Tells markets of futures and options from those of what has an ISIN itself: shares, funds, bonds.
public enum ContractMarket {
    /// Words of an exchange's or a segment's name, as `NFO`, `FO`, `NSE_FO`, `NFO-OPT`, `F&O`.
    public static let words: Set<String> = [
        "FO", "FNO", "F&O", "NFO", "BFO", "CDS", "BCD", "MCX", "NCDEX", "NCO", "COM", "FUT", "OPT", "FUTURES",
        "OPTIONS", "DERIVATIVES",
    ]

    /// Whether either name has one of ``words``, in upper or lower case.
    @inlinable
    public static func isNamed(exchange: String, segment: String?) -> Bool {
        // What nearly all events with an ISIN have.
        if exchange == "NSE" || exchange == "BSE" {
            guard let segment else { return false }
            return segment != "EQ" && hasWord(segment)
        }
        return hasWord(exchange) || segment.map(hasWord) ?? false
    }

    @usableFromInline
    static func hasWord(_ name: String) -> Bool {
        name.uppercased().split { !($0.isLetter || $0 == "&") }.contains { words.contains(String($0)) }
    }
}
