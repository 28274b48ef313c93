import Testing

@testable import Engine

@Suite struct FlushIntervalTests {
    @Test(arguments: [(0, 10_000), (5_000, 11_000), (125_000, 35_000), (250_000, 60_000), (100_000_000, 60_000)])
    func isLongerTheMoreThereIsToWrite(_ rows: Int, _ milliseconds: Int) {
        #expect(FlushInterval.of(unflushedRows: rows) == .milliseconds(milliseconds))
    }
}
