import Engine
import Foundation
import Kafka
import Projections

/// Candles and quotes by replay, with and without the ticks themselves.
enum MarketStage {
    static func run(_ stack: BenchStack, note: (String) -> Void) throws -> [BenchFigure] {
        note("producing \(stack.options.events) ticks")
        try stack.produce(.market)
        let raw = try RawConsume.run(stack, topic: "market.updates")
        var figures = [BenchFigure("raw librdkafka consume, ticks", raw)]

        note("folding them live")
        let begun = ContinuousClock.now
        let worker = try stack.start("market")
        let records = try stack.waitUntilCaughtUp("market")
        figures.append(
            BenchFigure("market live", Double(records) / seconds(since: begun), floor: ("raw consume", raw)))
        figures.append(
            BenchFigure("market worker, peak memory", BenchStack.peakMemory(worker), unit: "MB", atMost: 300))
        worker.terminate()

        note("replaying with ticks")
        let full = try replay(stack)
        figures.append(BenchFigure("market replay with ticks", full, floor: ("raw consume", raw)))
        let copy = try RawCopy.run(stack, view: "market", records: records)
        figures.append(BenchFigure("market replay beside COPY", full, floor: ("raw COPY of its rows", copy)))

        note("replaying candles alone")
        // A process of its own: what a fold is told from outside is read once a process.
        let candles = try stack.replayApart("market", environment: ["TAPEFOLD_TICKS": "off"])
        let rawAgain = try RawConsume.run(stack, topic: "market.updates")
        figures.append(
            BenchFigure(
                "candles alone, replay", candles, floor: ("raw consume", (raw + rawAgain) / 2), atLeast: 300_000,
                ratioAtLeast: 0.35))
        return figures
    }

    private static func replay(_ stack: BenchStack) throws -> Double {
        var options = ReplayOptions()
        options.needsWorker = false
        let summary = try ReplayRun.run(
            view: "market", configuration: stack.worker, topology: try stack.view("market"), options: options,
            stop: StopSignal(), observer: { _ in })
        return Double(summary.records) / summary.seconds
    }
}
