import Domain

extension RouteParameter {
    /// Checks a decoded value. The problem names the parameter, the value and the reason.
    func parse(_ value: String) throws(Problem) -> ArgumentValue {
        switch kind {
        case .text: return .text(try bounded(value))
        case .streamText: return .text(try bounded(value, bytes: StreamLimits.positionBytes))
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
            return .cursor(value)
        case .positions: return .positions(try positions(value))
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
        _ value: String, bytes limit: Int = ReadAPILimits.parameterBytes
    ) throws(Problem) -> String {
        guard !value.isEmpty else { throw refuse(value, "is empty; leave the parameter out or give it a value") }
        guard value.utf8.count <= limit else {
            throw refuse(value, "is longer than \(limit) bytes")
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
            guard let slash = part.lastIndex(of: "/"), let at = part[slash...].firstIndex(of: "@"),
                slash > part.startIndex,
                let partition = Int32(part[part.index(after: slash)..<at]), partition >= 0,
                let offset = Int64(part[part.index(after: at)...]), offset >= 0
            else { throw refuse(value, "is no position; write topic/partition@offset, as Tapefold-Position does") }
            positions.append(LogPosition(topic: String(part[..<slash]), partition: partition, offset: offset))
        }
        return positions
    }
}
