import Events
import Telemetry

/// Work that a processor does beside its views: it reads what they show and may use the clock, and tells what it decides
/// by events.
public struct Companion: Sendable {
    public let name: String
    /// Lines of the processor's help about its settings.
    public let help: String
    /// Checks its settings; then `run` goes on until the stop signal.
    public let prepare: @Sendable (Setting) throws(EngineError) -> Prepared

    /// What it has to work with.
    public struct Setting: Sendable {
        public let environment: [String: String]
        public let configuration: WorkerConfiguration
        public let topology: Topology
        public let stop: StopSignal
    }

    public struct Prepared: Sendable {
        public let figures: MetricsEndpoint.Source
        public let run: @Sendable () -> Void

        public init(figures: MetricsEndpoint.Source, run: @escaping @Sendable () -> Void) {
            self.figures = figures
            self.run = run
        }
    }

    public init(
        name: String, help: String, prepare: @escaping @Sendable (Setting) throws(EngineError) -> Prepared
    ) {
        self.name = name
        self.help = help
        self.prepare = prepare
    }
}
