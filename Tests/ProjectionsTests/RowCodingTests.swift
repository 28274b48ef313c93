import Domain
import Events
import TestKit
import Testing

@testable import Projections

/// What a fold encodes it reads back, in both layouts, byte for byte.
@Suite struct RowCodingTests {
    /// Folds a tape, reads every row of `table` with `read` and expects `write` to give the same bytes again.
    private func expectRoundTrip<Fold: ViewFold>(
        _ type: Fold.Type, _ tape: EventTape, _ table: TableDefinition, parks: Bool = true,
        _ rewrite: (RowReader, RowBatch) throws -> Void
    ) throws {
        let stored = try FoldRunner<Fold>.run(tape, .live(20), parks: parks).store.rows(table.name)
        #expect(!stored.isEmpty)
        let source = MemoryRows(stored)
        let batches = [RowBatch.Layout.arrays, .copy].map { RowBatch(columns: table.columns, layout: $0) }
        for batch in batches {
            for index in stored.indices { try rewrite(RowReader(source, table: table, row: index), batch) }
            #expect(try batch.decodedRows() == stored, "\(table.name) as \(batch.layout)")
        }
        for pieceBytes in [1, 700, 1 << 20] {
            var copied: [UInt8] = []
            batches[0].forEachCopyPiece(of: pieceBytes) { copied.append(contentsOf: $0) }
            #expect(copied == Array(batches[1].copyBytes), "\(table.name) in pieces of \(pieceBytes)")
        }
    }

    @Test func books() throws {
        let (scratch, hasher) = (ByteBuffer(), ContentHasher())
        try expectRoundTrip(PositionsFold.self, PositionsTape.make(seed: 5, count: 200), PositionsView.positions) {
            try BookState($0, hasher: hasher).encode(into: $1, lane: 0, scratch: scratch)
        }
    }

    @Test func executions() throws {
        try expectRoundTrip(PositionsFold.self, PositionsTape.make(seed: 6, count: 200), PositionsView.trades) {
            try LedgerTrade($0).encode(into: $1, day: nil)
        }
    }

    @Test func corrections() throws {
        let encoder = EventEncoder()
        try expectRoundTrip(PositionsFold.self, PositionsTape.make(seed: 7, count: 200), PositionsView.corrections) {
            try Correction($0).encode(into: $1, lane: 0, encoder: encoder)
        }
    }

    @Test func orders() throws {
        try expectRoundTrip(OrdersFold.self, OrdersTape.make(seed: 8, count: 200), OrdersView.orders) {
            try OrderState($0).encode(into: $1)
        }
    }

    @Test func quotes() throws {
        try expectRoundTrip(
            MarketFold.self, MarketTape.make(seed: 9, count: 200), MarketView.quotes, parks: false
        ) { row, batch in
            try Quote(row).encode(InstrumentKey(exchange: try row.text(0), symbol: try row.text(1)), into: batch)
        }
    }

    @Test func aCandleDayGoesOnFromItsRows() throws {
        let tape = MarketTape.make(seed: 10, count: 400)
        let cold = try FoldRunner<MarketFold>.run(
            tape, FoldOptions(batchSizes: [7], crashesAfter: Set(stride(from: 1, to: 400, by: 9))), parks: false)
        let warm = try FoldRunner<MarketFold>.run(tape, .live(400), parks: false)
        #expect(try cold.store.difference(from: warm.store) == nil)
    }

    @Test func lotsOfAnyNumber() throws {
        var random = SeededRandom(seed: 11)
        for count in 0..<40 {
            let lots = (0..<count).map { index in
                Lot(
                    tradeId: String(repeating: "é", count: index), openedAt: Timestamp(microseconds: Int64(index)),
                    quantity: Quantity(units: Int64.random(in: 1...(.max), using: &random)), price: .minimum,
                    fees: Amount(units: Int128(Int64.random(in: .min...(.max), using: &random)) << 40),
                    multiplier: .one)
            }
            let buffer = ByteBuffer()
            LotCodec.encode(lots, into: buffer)
            #expect(LotCodec.decode(buffer.bytes) == lots)
            guard buffer.count > 0 else { continue }
            buffer.truncate(to: buffer.count - 1)
            #expect(LotCodec.decode(buffer.bytes) == nil)
        }
    }

    @Test func aForeignRowIsRefused() throws {
        let row = MemoryRow(fields: PositionsView.positions.columns.map { $0.isNullable ? nil : [1, 2, 3] })
        #expect(throws: RowError.self) {
            try BookState(RowReader(MemoryRows([row]), table: PositionsView.positions, row: 0), hasher: ContentHasher())
        }
    }
}
