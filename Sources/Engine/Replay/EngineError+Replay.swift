extension EngineError {
    /// Nothing is half-done: what there is says how far it is.
    static func interrupted(_ build: Build) -> EngineError {
        switch build.status {
        case .copying, .copy:
            EngineError(
                .interrupted,
                "interrupted; what there is of copy \(build.copy?.name ?? build.name) of view \(build.view) is kept: the "
                    + "same command goes on with it, `tapefold views drop \(build.view) \(build.copy?.name ?? build.name)` "
                    + "removes it")
        case .scratch:
            EngineError(.interrupted, "interrupted; nothing was changed")
        case .ready, .retired:
            EngineError(
                .interrupted,
                "interrupted; the live build is as it was, and build \(build.name) of view \(build.view) waits: `tapefold "
                    + "views promote \(build.view) \(build.name)` goes on")
        case .building, .live:
            EngineError(
                .interrupted,
                "interrupted; the live build is as it was. Build \(build.name) of view \(build.view) is kept: `tapefold "
                    + "replay \(build.view)` goes on with it, `tapefold views drop \(build.view) \(build.name)` removes it"
            )
        }
    }

    /// Of a replay whose connections broke when it was stopped, so that what there is of its build was not asked for.
    static func interrupted(_ view: ViewConfiguration) -> EngineError {
        EngineError(
            .interrupted,
            "interrupted while the database was away; `tapefold replay \(view.name)` goes on, `tapefold views list` shows what "
                + "there is")
    }
}
