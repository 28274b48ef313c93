import Domain
import Postgres

/// What `settle` reads of the views, in one snapshot.
struct SettlementReader {
    let connection: PostgresConnection
    let day: CivilDate
    /// Contracts that expired before the day are left out.
    let isThatDayOnly: Bool

    private struct Contract {
        let key: InstrumentKey
        let expiry: String
    }

    /// - Parameter listed: contracts named by a file, in place of those that view `instruments` has; they expire on the day.
    /// - Returns: their open lots by book, and the close of each on its last day.
    func read(
        _ listed: Set<InstrumentKey>?
    ) throws -> (open: [OpenContract], closes: [InstrumentKey: Price]) {
        try connection.begin(.repeatableRead, readOnly: true)
        defer { connection.rollbackIfOpen() }
        let schemas = try liveSchemas()
        guard let positions = schemas["positions"] else { throw missing("positions") }
        let contracts: [Contract]
        if let listed {
            contracts = listed.sorted().map { Contract(key: $0, expiry: day.description) }
        } else {
            guard let instruments = schemas["instruments"] else { throw missing("instruments") }
            contracts = try expired(instruments)
        }
        let open = try openContracts(positions, contracts)
        let closes = try schemas["market"].map { try self.closes($0, open) } ?? [:]
        return (open, closes)
    }

    private func missing(_ view: String) -> CommandFailure {
        CommandFailure(
            "view \(view) has no live build", remedy: "Start its processor, or name the contracts by --contracts.")
    }

    private func liveSchemas() throws -> [String: String] {
        let result = try connection.query(
            "SELECT view, quote_ident(schema_name) FROM tapefold.build WHERE status = 'live'")
        var schemas: [String: String] = [:]
        for row in 0..<result.rowCount { schemas[try result.text(row, 0)] = try result.text(row, 1) }
        return schemas
    }

    private func expired(_ schema: String) throws -> [Contract] {
        let result = try connection.query(
            """
            SELECT exchange, symbol, expiry::text FROM \(schema).api_instruments
            WHERE expiry <= $1::date AND (NOT $2 OR expiry = $1::date) ORDER BY 1, 2
            """, [.text(day.description), .bool(isThatDayOnly)])
        return try (0..<result.rowCount).map {
            Contract(
                key: InstrumentKey(exchange: try result.text($0, 0), symbol: try result.text($0, 1)),
                expiry: try result.text($0, 2))
        }
    }

    private func arrays(_ columns: [String]...) throws -> [PostgresParameter] {
        try columns.map { column in
            let builder = try PostgresArrayBuilder(.text)
            for value in column { builder.append(text: value) }
            return .array(builder)
        }
    }

    private func openContracts(_ schema: String, _ contracts: [Contract]) throws -> [OpenContract] {
        guard !contracts.isEmpty else { return [] }
        let result = try connection.query(
            """
            SELECT l.user_id, l.account, l.instrument, l.exchange, l.symbol, sum(l.quantity)::numeric(38,8),
                   l.multiplier, c.expiry
            FROM \(schema).api_lots l
            JOIN unnest($1::text[], $2::text[], $3::text[]) AS c (exchange, symbol, expiry)
                ON l.exchange = c.exchange AND l.symbol = c.symbol
            GROUP BY l.user_id, l.account, l.instrument, l.exchange, l.symbol, l.multiplier, c.expiry
            ORDER BY l.user_id, l.account, l.instrument, l.multiplier
            """,
            try arrays(contracts.map(\.key.exchange), contracts.map(\.key.symbol), contracts.map(\.expiry)))
        var books: [OpenContract] = []
        for row in 0..<result.rowCount {
            let (user, account, instrument) = (
                try result.text(row, 0), try result.text(row, 1), try result.text(row, 2)
            )
            guard let expiry = CivilDate(parsing: try result.text(row, 7)) else {
                throw CommandFailure("\(instrument) expires on \(try result.text(row, 7)), no day")
            }
            guard let quantity = Int64(exactly: try result.numericUnits(row, 5)),
                let multiplier = Int64(exactly: try result.numericUnits(row, 6))
            else { throw CommandFailure("\(user)'s position in \(instrument) is larger than one execution can close") }
            if let last = books.last, last.userId == user, last.account == account, last.instrument == instrument {
                books[books.count - 1].multipliers.append(Fixed8(units: multiplier))
                continue
            }
            books.append(
                OpenContract(
                    userId: user, account: account, instrument: instrument,
                    contract: InstrumentKey(exchange: try result.text(row, 3), symbol: try result.text(row, 4)),
                    expiry: expiry,
                    quantity: Quantity(units: quantity), multipliers: [Fixed8(units: multiplier)], usedIds: []))
        }
        let used = try usedIds(schema, books)
        for index in books.indices { books[index].usedIds = used[books[index].userId] ?? [] }
        return books
    }

    /// By user. A range of ids, which the index of executions begins with.
    private func usedIds(_ schema: String, _ books: [OpenContract]) throws -> [String: Set<String>] {
        let days = Set(books.map(\.expiry)).sorted().map { Settlement.idPrefix + $0.description }
        guard !days.isEmpty else { return [:] }
        let result = try connection.query(
            """
            SELECT t.user_id, t.trade_id
            FROM unnest($1::text[]) AS d (prefix)
            JOIN \(schema).api_trades t
                ON t.trade_id >= (d.prefix || ':') COLLATE "C" AND t.trade_id < (d.prefix || ';') COLLATE "C"
            WHERE t.user_id = ANY($2::text[])
            """, try arrays(days, Set(books.map(\.userId)).sorted()))
        var used: [String: Set<String>] = [:]
        for row in 0..<result.rowCount { used[try result.text(row, 0), default: []].insert(try result.text(row, 1)) }
        return used
    }

    /// The close of each contract's candle of its last day.
    private func closes(_ schema: String, _ open: [OpenContract]) throws -> [InstrumentKey: Price] {
        let days = Dictionary(open.map { ($0.contract, $0.expiry) }) { first, _ in first }.sorted { $0.key < $1.key }
        guard !days.isEmpty else { return [:] }
        let result = try connection.query(
            """
            SELECT k.exchange, k.symbol, k.close
            FROM unnest($1::text[], $2::text[], $3::text[]) AS c (exchange, symbol, expiry)
            JOIN \(schema).api_candles k ON k.exchange = c.exchange AND k.symbol = c.symbol
            WHERE k."interval" = '1d' AND k.trading_day = c.expiry::date
            """,
            try arrays(days.map(\.key.exchange), days.map(\.key.symbol), days.map(\.value.description)))
        var closes: [InstrumentKey: Price] = [:]
        for row in 0..<result.rowCount {
            guard let units = Int64(exactly: try result.numericUnits(row, 2)) else { continue }
            closes[InstrumentKey(exchange: try result.text(row, 0), symbol: try result.text(row, 1))] =
                Price(units: units)
        }
        return closes
    }
}
