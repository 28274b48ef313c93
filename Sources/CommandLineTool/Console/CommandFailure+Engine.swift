import Engine

/// Runs `body`; an interruption of the engine's is told in a note and is the command's exit code.
func orInterrupted(
    _ invocation: Invocation, note: String, _ body: () throws -> ExitStatusCode
) throws -> ExitStatusCode {
    do {
        return try body()
    } catch let error as EngineError {
        guard error.code == .interrupted else { throw error }
        invocation.console.note("interrupted; \(note)")
        return .interrupted
    }
}
