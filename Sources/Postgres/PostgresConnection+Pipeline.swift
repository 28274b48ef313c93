import CLibpq

extension PostgresConnection {
    /// Sends the statements that `body` adds without waiting for answers in between, with one sync at the end, and
    /// returns their results by index.
    ///
    /// Without BEGIN and COMMIT among them the statements are one implicit transaction. When one fails, the rest
    /// is skipped, the transaction begun in the pipeline is rolled back, and the error says which (`statementIndex`).
    /// When `body` throws, what it had sent is rolled back too. The connection stays usable unless it is lost.
    @discardableResult
    public func pipeline(
        _ body: (PostgresPipeline) throws(PostgresError) -> Void
    ) throws(PostgresError) -> [PostgresResult] {
        let pipeline = try startPipeline()
        do throws(PostgresError) {
            try body(pipeline)
        } catch {
            abandon(pipeline)
            throw error
        }
        return try finish(pipeline)
    }

    /// Begins a pipeline for callers whose own errors come in between; see `pipeline`.
    ///
    /// The connection does nothing else until `finish` or `abandon`, one of which must be called.
    public func startPipeline() throws(PostgresError) -> PostgresPipeline {
        try requireIdle()
        let pipeline = PostgresPipeline(self, startedInTransaction: isInTransaction)
        guard PQenterPipelineMode(handle) == 1 else { throw lost(connectionMessage) }
        isBusy = true
        return pipeline
    }

    /// Syncs and returns the results by index, as `pipeline` does.
    @discardableResult
    public func finish(_ pipeline: PostgresPipeline) throws(PostgresError) -> [PostgresResult] {
        let answers = collect(pipeline, undone: false)
        isBusy = false
        if let error = answers.error {
            if !pipeline.startedInTransaction { rollbackIfOpen() }
            throw error
        }
        try deallocateEvicted()
        return answers.results
    }

    /// Rolls back what the pipeline has sent (in a transaction begun before it, leaves that to the caller).
    public func abandon(_ pipeline: PostgresPipeline) {
        let undo = !pipeline.startedInTransaction
        if undo { PQsendQueryParams(handle, "ROLLBACK", 0, nil, nil, nil, nil, 1) }
        _ = collect(pipeline, undone: undo)
        isBusy = false
        if undo { rollbackIfOpen() }
    }

    /// Syncs, reads every answer and leaves pipeline mode.
    private func collect(
        _ pipeline: PostgresPipeline, undone: Bool
    ) -> (results: [PostgresResult], error: PostgresError?) {
        guard PQpipelineSync(handle) == 1 else { return ([], lost(connectionMessage)) }
        var results: [PostgresResult] = []
        results.reserveCapacity(pipeline.count)
        var failure: PostgresError?
        for entry in pipeline.entries {
            let answer = readAnswer(to: entry)
            if failure == nil { failure = answer.error }
            if let key = entry.cacheKey, let error = answer.error { forgetIfStale(key, error) }
            guard let result = answer.result else { continue }
            if let key = entry.cacheKey, let name = entry.preparedName {
                statements.insert(key, name: name)
            } else {
                results.append(result)
            }
        }
        if undone { _ = readAnswer(to: PostgresPipeline.Entry(index: 0, cacheKey: nil, preparedName: nil)) }
        let sync = readSync()
        return (results, failure ?? sync)
    }

    private func readAnswer(to entry: PostgresPipeline.Entry) -> (result: PostgresResult?, error: PostgresError?) {
        var kept: PostgresResult?
        var failure: PostgresError?
        while let result = PQgetResult(handle) {
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                kept = PostgresResult(result)
                continue
            case PGRES_PIPELINE_ABORTED:
                break
            default:
                if failure == nil {
                    failure = error(from: result)
                    failure?.statementIndex = entry.index
                }
            }
            PQclear(result)
            if PQstatus(handle) != CONNECTION_OK { break }
        }
        if failure == nil, kept == nil, PQstatus(handle) != CONNECTION_OK { failure = lost(connectionMessage) }
        return (failure == nil ? kept : nil, failure)
    }

    /// Reads the sync's answer; an error there is a failed implicit commit (a deferred constraint) or a lost connection.
    private func readSync() -> PostgresError? {
        var failure: PostgresError?
        var synced = false
        var separators = 0
        while PQstatus(handle) == CONNECTION_OK, !synced, separators < 2 {
            guard let result = PQgetResult(handle) else {
                // An error of the commit itself is set apart from the sync by a null, as a statement's answer is.
                separators += 1
                continue
            }
            synced = PQresultStatus(result) == PGRES_PIPELINE_SYNC
            if !synced, failure == nil { failure = error(from: result) }
            PQclear(result)
        }
        guard PQstatus(handle) == CONNECTION_OK, PQexitPipelineMode(handle) == 1 else {
            return failure ?? lost(connectionMessage)
        }
        return failure
    }
}
