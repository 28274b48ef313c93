import Testing

@testable import Projections

/// Rows move from one COPY stream to another, into an empty one and behind others.
@Suite struct RowBatchTakeTests {
    private static func batch() -> RowBatch { RowBatch(columns: [Column("number", .int64)], layout: .copy) }

    private static func put(_ values: [Int64], into batch: RowBatch) {
        for value in values { batch.appendRow { $0.put(value) } }
    }

    @Test func rowsMoveBehindThoseThatAreThere() {
        let (target, source, wanted) = (Self.batch(), Self.batch(), Self.batch())
        for values in [[1, 2], [3], [], [4, 5, 6]] as [[Int64]] {
            Self.put(values, into: source)
            Self.put(values, into: wanted)
            target.take(rowsOf: source)
            #expect(source.rowCount == 0)
            #expect(source.copyBytes.isEmpty)
            #expect(target.rowCount == wanted.rowCount)
            #expect(target.copyBytes.elementsEqual(wanted.copyBytes))
        }
    }

    @Test func aClearedTargetTakesAgain() {
        let (target, source, wanted) = (Self.batch(), Self.batch(), Self.batch())
        Self.put([7], into: source)
        target.take(rowsOf: source)
        target.clear()
        Self.put([8, 9], into: source)
        Self.put([8, 9], into: wanted)
        target.take(rowsOf: source)
        #expect(target.rowCount == 2)
        #expect(target.copyBytes.elementsEqual(wanted.copyBytes))
    }
}
