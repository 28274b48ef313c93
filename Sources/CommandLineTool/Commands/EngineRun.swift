import Engine

/// What `replay`, `verify` and `views` have in common: a run of the engine on one view with progress, that Ctrl-C ends in
/// an orderly way.
struct EngineRun {
    let invocation: Invocation
    let configuration: WorkerConfiguration
    let view: ViewConfiguration
    var views: ViewRegistry { invocation.views }
    let stop = StopSignal()
    private let progress: ProgressLine

    init(_ invocation: Invocation) throws {
        StopSignal.catchSignals()
        self.invocation = invocation
        (configuration, view) = try Connections(invocation).worker(try ViewArgument.read(invocation))
        progress = ProgressLine(invocation.console, isQuiet: invocation.wantsJSON)
    }

    var observer: ReplayObserver {
        { [progress] in progress.show($0) }
    }

    /// Runs `body` and prints what it makes; an interruption says how to go on and is the command's exit code.
    func callAsFunction<Result: Encodable>(
        _ body: () throws -> Result, status: (Result) -> ExitStatusCode = { _ in .done }, text: (Result) -> [String]
    ) throws -> ExitStatusCode {
        defer { progress.end() }
        do {
            let result = try body()
            progress.end()
            if invocation.wantsJSON {
                try invocation.console.json(result)
            } else {
                for line in text(result) { invocation.console.line(line) }
            }
            return status(result)
        } catch let error as EngineError {
            switch error.code {
            case .interrupted:
                progress.end()
                invocation.console.note(error.message)
                return .interrupted
            case .usage: throw UsageError(error.message)
            default: throw error
            }
        }
    }
}
