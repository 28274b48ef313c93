import Domain
import Events

extension RouteParameter {
    /// Checks a decoded value. The problem names the parameter, the value and the reason.
    func parse(_ value: String) throws(Problem) -> ArgumentValue {
        switch kind {
        case .text: return .text(try bounded(value))
        case .streamText:
            guard value.utf8.count <= StreamLimits.positionBytes else {
                throw refuse(value, "is longer than \(StreamLimits.positionBytes) bytes")
            }
            return .text(try bounded(value, characters: StreamLimits.positionBytes))
        case .symbol: return .symbol(try symbol(value, in: value))
        case .symbols: return .symbols(try symbols(value))
        case .choice(let choices, _):
            guard choices.contains(value) else {
                throw refuse(value, "is not one of \(choices.joined(separator: ", "))")
            }
            return .text(value)
        case .limit: return .limit(try limit(value))
        case .time: return .time(try time(value))
        case .date:
            guard let date = CivilDate(parsing: value) else {
                throw refuse(value, "is not a day as YYYY-MM-DD, such as 2026-01-15")
            }
            return .date(date)
        case .cursor:
            guard value.utf8.count <= ReadAPILimits.cursorBytes else {
                throw refuse(value, "is longer than any cursor")
            }
            guard !value.isEmpty, value.utf8.allSatisfy(Base64URL.isDigit) else {
                throw refuse(value, "is not a cursor; pass nextCursor of the page before as it was")
            }
            return .cursor(value)
        case .positions: return .positions(try positions(value))
        case .identifier:
            guard value.unicodeScalars.count <= EventsLimits.maximumIdentifierCharacters,
                value.utf8.allSatisfy({ $0 >= 0x20 })
            else {
                throw refuse(
                    value,
                    "is not an id of 1 to \(EventsLimits.maximumIdentifierCharacters) characters without control characters"
                )
            }
            return .text(try bounded(value))
        case .idempotencyKey:
            guard (1...ReadAPILimits.idempotencyKeyBytes).contains(value.utf8.count),
                value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
            else {
                throw refuse(
                    value,
                    "is not 1 to \(ReadAPILimits.idempotencyKeyBytes) printable ASCII characters without spaces")
            }
            return .text(value)
        case .fields:
            guard value.utf8.count <= ReadAPILimits.fieldsBytes else {
                throw refuse(value, "is longer than \(ReadAPILimits.fieldsBytes) bytes")
            }
            return .fields(value.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
        }
    }

    private func refuse(_ value: String, _ reason: String) -> Problem {
        .invalidParameter(name, value: value, reason: reason)
    }

    private func bounded(
        _ value: String, characters limit: Int = ReadAPILimits.parameterCharacters
    ) throws(Problem) -> String {
        guard !value.isEmpty else { throw refuse(value, "is empty; leave the parameter out or give it a value") }
        guard value.unicodeScalars.count <= limit else {
            throw refuse(value, "is longer than \(limit) characters")
        }
        return value
    }

    private func symbol(_ value: String, in whole: String) throws(Problem) -> SymbolName {
        _ = try bounded(value)
        guard let colon = value.firstIndex(of: ":") else { return SymbolName(exchange: nil, symbol: value) }
        let exchange = String(value[..<colon])
        let symbol = String(value[value.index(after: colon)...])
        guard !exchange.isEmpty, !symbol.isEmpty else {
            throw refuse(whole, "is no symbol; write EXCHANGE:SYMBOL, such as NSE:RELIANCE, or the symbol alone")
        }
        return SymbolName(exchange: exchange, symbol: symbol)
    }

    private func symbols(_ value: String) throws(Problem) -> [SymbolName] {
        let parts = value.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= ReadAPILimits.symbolsPerRequest else {
            throw refuse(value, "names \(parts.count) symbols, \(ReadAPILimits.symbolsPerRequest) are taken at a time")
        }
        var symbols: [SymbolName] = []
        for part in parts { symbols.append(try symbol(String(part), in: value)) }
        return symbols
    }

    private func limit(_ value: String) throws(Problem) -> Int {
        guard value.utf8.allSatisfy({ $0 &- 48 < 10 }), let limit = Int(value),
            (1...ReadAPILimits.pageRows).contains(limit)
        else { throw refuse(value, "is not a whole number from 1 to \(ReadAPILimits.pageRows)") }
        return limit
    }

    private func time(_ value: String) throws(Problem) -> Timestamp {
        // A plus in a query is a space once decoded; no other space can stand in a time.
        let text = value.replacing(" ", with: "+")
        do throws(TimestampError) {
            return try Timestamp(parsing: text)
        } catch {
            throw refuse(
                value,
                "is not a time as RFC 3339 writes it, such as 2026-01-15T09:15:00%2B05:30 or 2026-01-15T03:45:00Z (\(error))"
            )
        }
    }

    private func positions(_ value: String) throws(Problem) -> [LogPosition] {
        let parts = value.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= ReadAPILimits.positionsPerRequest else {
            throw refuse(
                value, "names \(parts.count) positions, \(ReadAPILimits.positionsPerRequest) are taken at a time")
        }
        var positions: [LogPosition] = []
        for part in parts {
            guard let position = Self.position(part) else {
                throw refuse(value, "is no position; write topic/partition@offset, as Tapefold-Position does")
            }
            positions.append(position)
        }
        return positions
    }

    private static func position(_ text: Substring) -> LogPosition? {
        guard let slash = text.firstIndex(of: "/"), let at = text[slash...].firstIndex(of: "@") else { return nil }
        let topic = text[..<slash]
        let isName = topic.utf8.allSatisfy { byte in
            Base64URL.isDigit(byte) || byte == UInt8(ascii: ".")
        }
        guard (1...ReadAPILimits.topicBytes).contains(topic.utf8.count), isName,
            let partition = number(text[text.index(after: slash)..<at], ReadAPILimits.partitionDigits),
            let offset = number(text[text.index(after: at)...], ReadAPILimits.offsetDigits)
        else { return nil }
        return LogPosition(topic: String(topic), partition: Int32(partition), offset: offset)
    }

    /// Digits and nothing else, no more of them than always fit.
    private static func number(_ text: Substring, _ digits: Int) -> Int64? {
        guard text.utf8.count <= digits, text.utf8.allSatisfy({ $0 &- 48 < 10 }) else { return nil }
        return Int64(text)
    }
}
