import Foundation
import Synchronization
import Telemetry
import Testing

@testable import Engine

/// Several workers in one process: one readiness, one end.
@Suite struct WorkerCrewTests {
    @Test func oneThatFailsStopsTheOthers() {
        let stop = StopSignal()
        let crew = WorkerCrew(stop: stop)
        let ends = Ends()
        crew.start("cart") { () throws(EngineError) in
            while !stop.isSet { stop.pause(milliseconds: 1) }
            ends.add("cart")
        }
        crew.start("rules") { () throws(EngineError) in
            ends.add("rules")
            throw EngineError(.topology, "topics of unequal partition counts")
        }
        let failures = crew.join()
        #expect(failures.map(\.view) == ["rules"])
        #expect(failures.map(\.error.message) == ["topics of unequal partition counts"])
        #expect(ends.names == ["cart", "rules"])
    }

    @Test func oneThatDoesNotStopIsLeftBehind() {
        let stop = StopSignal()
        let crew = WorkerCrew(stop: stop, stopMilliseconds: 50)
        crew.start("delivery") { () throws(EngineError) in
            while !Self.released.load(ordering: .acquiring) { usleep(1_000) }
        }
        crew.start("notifications") { () throws(EngineError) in throw EngineError(.topology, "no such topic") }
        #expect(crew.join().map(\.view) == ["notifications"])
        Self.released.store(true, ordering: .releasing)
        #expect(stop.isSet)
    }

    private static let released = Atomic<Bool>(false)

    @Test func aProcessIsReadyWhenAllItsWorkersAre() {
        let figures = WorkerFigures(expected: 2)
        let together = figures.together
        let rules = WorkerState()
        func source(_ state: WorkerState) -> MetricsEndpoint.Source {
            MetricsEndpoint.Source(metrics: { _ in }, unreadiness: { state.unreadiness })
        }
        let cart = WorkerState()
        figures.add(source(cart))
        cart.update { $0.waitsFor = nil }
        #expect(together.unreadiness() == "has not started")
        figures.add(source(rules))
        rules.update { $0.waitsFor = "cannot reach Kafka" }
        #expect(together.unreadiness() == "cannot reach Kafka")
        rules.update { $0.waitsFor = nil }
        #expect(together.unreadiness() == nil)
    }

    @Test func everyViewHasOneProcessor() {
        let served = Processor.standard.flatMap(\.views)
        #expect(served.sorted() == ViewRegistry.standard.names.sorted())
        #expect(Processor.program(serving: "turnover") == "tapefold process turnover")
    }

    private final class Ends: Sendable {
        private let all = Mutex<Set<String>>([])
        func add(_ name: String) { all.withLock { _ = $0.insert(name) } }
        var names: Set<String> { all.withLock { $0 } }
    }
}
