import Domain
import Events
import Projections

/// The fold of positions in a rebuild, its ledger rows and their drain included, over half a million books beside the
/// tuned prototype.
///
/// First each book is opened by a few executions of its own, a figure apart: that is mostly the system giving memory, which
/// the prototype has from the start. Then executions of all books come in any order.
struct FoldStage {
    private var random: SplitMix
    private let books: [(String, String)]
    private var floor = FoldPrototype(keys: BenchLimits.foldKeys)
    private let fold = PositionsFold(mode: .rebuild, lane: 0)
    private let writes = WriteSet(PositionsFold.schema, insertLayout: .copy)
    private var done = 0
    private var spent = (ours: 0.0, floor: 0.0)
    /// As executions on NSE and BSE mostly are: each names its ISIN and segment.
    private let hasISINs: Bool

    static let batchTrades = 2_000

    private init(_ options: BenchOptions, hasISINs: Bool) {
        self.hasISINs = hasISINs
        random = SplitMix(seed: options.seed)
        books = Self.books(options)
        fold.expect([.tradeExecuted: BenchLimits.foldKeys * BenchLimits.foldOpenings + BenchLimits.foldTrades])
    }

    static func run(_ options: BenchOptions) -> [BenchFigure] {
        run(options, hasISINs: false) + run(options, hasISINs: true)
    }

    private static func run(_ options: BenchOptions, hasISINs: Bool) -> [BenchFigure] {
        var stage = FoldStage(options, hasISINs: hasISINs)
        let books = "\(BenchLimits.foldKeys) books\(hasISINs ? " by ISIN" : "")"
        let keys = BenchLimits.foldKeys
        let opening = stage.fold(keys * BenchLimits.foldOpenings) { number, _ in number % keys }
        let folding = stage.fold(BenchLimits.foldTrades) { _, random in Int(random.next() % UInt64(keys)) }
        precondition(stage.floor.checksum != 0)
        return [
            BenchFigure("fold, opening \(books)", opening.ours, floor: ("integer prototype", opening.floor)),
            BenchFigure(
                "fold, \(books)", folding.ours, floor: ("integer prototype", folding.floor),
                atLeast: 1_000_000),
        ]
    }

    /// Folds so many executions of the books that `book` names; returns how many a second.
    private mutating func fold(
        _ count: Int, of book: (_ number: Int, _ random: inout SplitMix) -> Int
    ) -> (ours: Double, floor: Double) {
        spent = (0, 0)
        for start in stride(from: 0, to: count, by: Self.batchTrades) {
            var batch: [(event: FoldEvent, bare: BareTrade)] = []
            for number in start..<min(start + Self.batchTrades, count) {
                let key = book(number, &random)
                batch.append(Self.trade(&random, books, key: key, number: done + number, isin: isin(of: key)))
            }
            fold(batch.map(\.event), batch.map(\.bare))
        }
        done += count
        return (Double(count) / spent.ours, Double(count) / spent.floor)
    }

    private mutating func fold(_ events: [FoldEvent], _ bare: [BareTrade]) {
        var begun = threadSeconds()
        for trade in bare {
            floor.fold(key: trade.key, isBuy: trade.isBuy, quantity: trade.quantity, price: trade.price)
        }
        spent.floor += threadSeconds() - begun
        begun = threadSeconds()
        _ = fold.reads(for: events[...])
        events[...].lendEach { lent, _ in _ = fold.fold(lent.event) }
        fold.drain(into: writes, state: false)
        spent.ours += threadSeconds() - begun
        // What ends the events belongs to decoding, whose stage counts it.
        withExtendedLifetime(events) {}
        writes.clear()
    }

    /// One of the book's symbol.
    private func isin(of key: Int) -> String? {
        guard hasISINs else { return nil }
        return "INE" + books[key].1.suffix(4) + "01010"
    }

    /// User and symbol of each.
    static func books(_ options: BenchOptions) -> [(String, String)] {
        (0..<BenchLimits.foldKeys).map { index in
            ("user-" + padded(index / options.symbols, 6), "SYM" + padded(index % options.symbols, 4))
        }
    }

    /// What the prototype sees of a trade.
    struct BareTrade {
        let key: UInt64
        let isBuy: Bool
        let quantity: Int64
        let price: Int64
    }

    /// - Parameter spacingMicroseconds: from one execution to the next.
    static func trade(
        _ random: inout SplitMix, _ books: [(String, String)], key: Int, number: Int, spacingMicroseconds: Int64 = 1,
        isin: String? = nil
    ) -> (event: FoldEvent, bare: BareTrade) {
        let time = Timestamp(microseconds: 1_768_448_700_000_000 + Int64(number) * spacingMicroseconds)
        let trade = TradeExecuted(
            tradeId: "zerodha:NSE:EQ:2026-01-15:" + padded(number, 10), userId: books[key].0, exchange: "NSE",
            symbol: books[key].1, side: random.next() % 2 == 0 ? .buy : .sell,
            quantity: Fixed8(units: Int64(1 + random.next() % 20) * Fixed8.unitsPerOne),
            price: Fixed8(units: Int64(100_000 + random.next() % 1_000) * 1_000_000), executedAt: time,
            fees: Fixed8(units: 125_000_000), isin: isin, details: isin == nil ? nil : shares)
        let envelope = Envelope(id: "e", source: "/bench", time: time)
        let event = FoldEvent(
            decoded: DecodedEvent(envelope: envelope, payload: .tradeExecuted(trade)), input: 0, offset: Int64(number))
        return (
            event,
            BareTrade(
                key: UInt64(key), isBuy: trade.side == .buy, quantity: trade.quantity.units, price: trade.price.units)
        )
    }

    /// What a decoder gives all trades of shares.
    private static let shares = EventDetails(segment: "EQ")

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// SplitMix64: the same sequence for the same seed.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
