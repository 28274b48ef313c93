import Engine
import Foundation
import Kafka

/// Positions live and by replay beside raw consume of the same topic and raw COPY of the same rows.
enum PositionsStage {
    static func run(_ stack: BenchStack, note: (String) -> Void) throws -> [BenchFigure] {
        note("producing \(stack.options.events) trades")
        try stack.produce(.trades)
        let raw = try RawConsume.run(stack, topic: "trades.executed")
        var figures = [BenchFigure("raw librdkafka consume, trades", raw)]

        note("folding them live")
        let begun = ContinuousClock.now
        let worker = try stack.start("positions")
        let records = try stack.waitUntilCaughtUp("positions")
        let live = Double(records) / seconds(since: begun)
        figures.append(
            BenchFigure("positions live", live, floor: ("raw consume", raw), atLeast: 30_000))
        figures.append(
            BenchFigure("positions worker, peak memory", BenchStack.peakMemory(worker), unit: "MB", atMost: 300))

        note("replaying")
        let summary = try ReplayRun.run(
            view: "positions", configuration: stack.worker, topology: try stack.view("positions"), stop: StopSignal(),
            observer: { _ in })
        let replay = Double(summary.records) / summary.seconds
        let rawAgain = try RawConsume.run(stack, topic: "trades.executed")
        figures.append(
            BenchFigure(
                "positions replay, indexes included", replay, floor: ("raw consume", (raw + rawAgain) / 2),
                atLeast: 150_000, ratioAtLeast: 0.20))
        let copy = try RawCopy.run(stack, view: "positions", records: summary.records)
        figures.append(
            BenchFigure("positions replay beside COPY", replay, floor: ("raw COPY of its rows", copy)))
        worker.terminate()
        return figures
    }
}
