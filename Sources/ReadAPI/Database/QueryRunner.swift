import HTTPServing
import Postgres
import Synchronization

/// Runs plans on one thread: several requests share one snapshot and one round trip.
///
/// The live schemas are taken from what the round trip before saw and checked in the same snapshot as the rows: when a
/// new build went live in between, the plan runs again on the new schemas.
final class QueryRunner {
    private let session: DatabaseSession
    private let watch: DatabaseWatch
    private let metrics: ReadMetrics
    private let log: Log
    private let apart: Apart?
    private var live: LiveViews?
    private var asked: Asked?

    /// Where those go that are too slow to hold up others.
    struct Apart {
        let slow: SlowReads
        let take: (ReadJob) -> Void
    }

    /// What the snapshot in hand was asked.
    private struct Asked {
        let batch: SnapshotBatch
        let groups: [[ReadJob]]
        /// The index of the batch's first statement in the round trip.
        let first: Int
    }

    /// - Parameter apart: nil where nobody is held up.
    init(
        session: DatabaseSession, watch: DatabaseWatch, metrics: ReadMetrics, log: Log, apart: Apart? = nil
    ) {
        self.session = session
        self.apart = apart
        self.watch = watch
        self.metrics = metrics
        self.log = log
    }

    /// Answers every job, or hands it to the watch to wait for its positions.
    func run(_ jobs: [ReadJob]) {
        defer { asked = nil }
        var rest = jobs
        var failures = 0
        // Guessing costs one round trip instead of two; whoever was wrong once does not guess again.
        var isGuessing = true
        while !rest.isEmpty {
            do throws(PostgresError) {
                rest = try attempt(rest, guessing: isGuessing)
                isGuessing = false
            } catch {
                let slow = tooSlow(of: rest, error)
                if !slow.isEmpty {
                    rest.removeAll { job in slow.contains { $0 === job } }
                    continue
                }
                metrics.databaseErrors.add(1, ordering: .relaxed)
                failures += 1
                if rest.count > 1, !error.isConnectionLost {
                    if isAlike(rest), error.sqlState == PostgresError.lockNotAvailable { return fail(rest, error) }
                    // One statement spoilt the shared transaction: find out whose it was, half by half.
                    run(Array(rest[..<(rest.count / 2)]))
                    run(Array(rest[(rest.count / 2)...]))
                    return
                }
                guard recover(from: error), failures < ReadAPILimits.queryAttempts else { return fail(rest, error) }
            }
        }
    }

    /// Hands over the requests of whose statement took too long for a shared snapshot, and the same user's for the same.
    private func tooSlow(of jobs: [ReadJob], _ error: PostgresError) -> [ReadJob] {
        guard let apart, error.sqlState == PostgresError.queryCanceled, let asked, let index = error.statementIndex
        else { return [] }
        let owners = asked.batch.plans(ofStatement: index - asked.first).flatMap { asked.groups[$0] }
        let keys = Set(owners.compactMap(\.slowKey))
        let slow = jobs.filter { job in
            owners.contains { $0 === job } || job.slowKey.map(keys.contains) ?? false
        }
        for key in keys { apart.slow.note(key) }
        for job in slow { apart.take(job) }
        return slow
    }

    /// Who asks several times for what takes long takes as many times as long of everybody's snapshot.
    private func noteIfSlow(_ groups: [[ReadJob]], since began: UInt64) {
        guard let apart, MonotonicClock.nanoseconds() - began > ReadAPILimits.slowReadMicroseconds * 1_000 else {
            return
        }
        let times = Dictionary(groups.compactMap { $0[0].slowKey.map { ($0, 1) } }, uniquingKeysWith: +)
        for (key, count) in times where count > 2 || count == groups.count { apart.slow.note(key) }
    }

    /// Whether all ask the same views: then one lock holds up each of them, and one wait is enough for all.
    private func isAlike(_ jobs: [ReadJob]) -> Bool {
        jobs.dropFirst().allSatisfy { $0.plan.allViews == jobs[0].plan.allViews }
    }

    /// One snapshot for all jobs. Returns those that must run again because a build went live since the schemas were learnt.
    private func attempt(_ jobs: [ReadJob], guessing: Bool) throws(PostgresError) -> [ReadJob] {
        asked = nil
        let connection = try session.open()
        var known = live ?? LiveViews()
        let views = try LiveViews.parameters(viewsToLocate(for: jobs))
        if !guessing {
            known = try beginSnapshot(connection, views)
        } else if jobs.contains(where: { missingView(of: $0, in: known) != nil }) {
            known = try LiveViews(connection.cachedQuery(LiveViews.query, views))
        }
        live = known
        let groups = grouped(jobs, known)
        let batch = SnapshotBatch(groups.map { $0[0].plan })
        asked = Asked(batch: batch, groups: groups, first: guessing ? 1 : 0)
        let began = MonotonicClock.nanoseconds()
        let (seen, results) = try readSnapshot(batch, schemas: known, views, connection, begins: guessing)
        noteIfSlow(groups, since: began)
        live = seen
        metrics.snapshots.add(1, ordering: .relaxed)
        var again: [ReadJob] = []
        var snapshot = Snapshot(live: seen, batch: batch, results: results)
        for (index, group) in groups.enumerated() {
            if seen.sameSchemas(as: known, of: group[0].plan.allViews) {
                finish(group, at: index, &snapshot)
            } else {
                again += group
            }
        }
        // Together: an event loop that is woken for the first finds the others there.
        for (job, response) in snapshot.answers { job.send(response) }
        return again
    }

    /// Those that ask for the same together. Those whose view is not there get their answer.
    private func grouped(_ jobs: [ReadJob], _ known: LiveViews) -> [[ReadJob]] {
        var groups: [[ReadJob]] = []
        var indices: [String: Int] = [:]
        for job in jobs {
            if let view = missingView(of: job, in: known) {
                job.fail(.viewUnavailable(view))
            } else if let key = job.shareKey, let index = indices[key] {
                groups[index].append(job)
            } else {
                if let key = job.shareKey { indices[key] = groups.count }
                groups.append([job])
            }
        }
        return groups
    }

    /// What one round trip brought.
    private struct Snapshot {
        let live: LiveViews
        let batch: SnapshotBatch
        let results: [PostgresResult]
        var rows = RowPositions()
        /// Ready to be sent.
        var answers: [(job: ReadJob, response: HTTPResponse)] = []
        private var headers: [[ViewName]: HTTPHeader] = [:]

        init(live: LiveViews, batch: SnapshotBatch, results: [PostgresResult]) {
            self.live = live
            self.batch = batch
            self.results = results
        }

        /// The same for all who ask of the same views.
        mutating func position(of views: [ViewName]) -> HTTPHeader {
            if let known = headers[views] { return known }
            let header = HTTPHeader("Tapefold-Position", live.positionHeader(of: views))
            headers[views] = header
            return header
        }
    }

    /// The views whose offsets the answers need. Who waits for a position may name a topic that only another view reads.
    private func viewsToLocate(for jobs: [ReadJob]) -> [ViewName] {
        guard jobs.allSatisfy({ $0.plan.after.isEmpty }) else { return ViewName.allCases }
        return ViewName.allCases.filter { view in jobs.contains { $0.plan.allViews.contains(view) } }
    }

    private func missingView(of job: ReadJob, in live: LiveViews) -> ViewName? {
        job.plan.views.first { live[$0] == nil }
    }

    /// Takes the snapshot and reads the live builds in it; `readSnapshot` goes on in the same transaction.
    private func beginSnapshot(
        _ connection: PostgresConnection, _ views: [PostgresParameter]
    ) throws(PostgresError) -> LiveViews {
        let results = try connection.pipeline { (pipeline) throws(PostgresError) in
            try pipeline.addCached(Self.begin)
            try pipeline.addCached(LiveViews.query, views)
        }
        return try LiveViews(results[1])
    }

    private func readSnapshot(
        _ batch: SnapshotBatch, schemas: LiveViews, _ views: [PostgresParameter], _ connection: PostgresConnection,
        begins: Bool
    ) throws(PostgresError) -> (LiveViews, [PostgresResult]) {
        do throws(PostgresError) {
            let results = try connection.pipeline { (pipeline) throws(PostgresError) in
                // Nothing begins or ends the transaction: what one pipeline sends is one, at the session's isolation.
                if begins { try pipeline.addCached(LiveViews.query, views) }
                for statement in batch.statements {
                    var parameters: [PostgresParameter] = []
                    for value in statement.parameters { parameters.append(try value.parameter()) }
                    try pipeline.addCached(statement.text(schemas), parameters)
                }
                if !begins { try pipeline.addCached("COMMIT") }
            }
            guard begins else { return (schemas, Array(results.dropLast())) }
            return (try LiveViews(results[0]), Array(results.dropFirst()))
        } catch {
            if connection.isInTransaction { try connection.execute("ROLLBACK") }
            throw error
        }
    }

    private static let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    /// Answers jobs that ask for the same.
    private func finish(_ group: [ReadJob], at index: Int, _ snapshot: inout Snapshot) {
        let job = group[0]
        if let behind = snapshot.live.firstBehind(job.plan.after, of: job.plan.allViews) {
            for job in group { watch.wait(job, behind: behind) }
            return
        }
        metrics.snapshotRequests.add(group.count, ordering: .relaxed)
        var writer = JSONWriter(reserving: 4_096, selection: job.selection)
        let position = snapshot.position(of: job.plan.allViews)
        do throws(ReadFailure) {
            try snapshot.batch.write(job.plan, at: index, from: snapshot.results, &snapshot.rows, &writer)
            var response = HTTPResponse(contentType: "application/json", body: writer.bytes)
            response.headers.append(position)
            for job in group { snapshot.answers.append((job, job.finished(response))) }
        } catch {
            switch error {
            case .problem(var problem):
                problem.headers.append(position)
                for job in group { job.fail(problem) }
            case .database(let error):
                log.error("request \(job.request.identifier) to \(job.route): \(error)")
                for job in group {
                    job.fail(
                        .internalError("the database's answer was not understood; look for the request id in the log"))
                }
            }
        }
    }

    /// Whether trying again makes sense, after putting right what can be.
    private func recover(from error: PostgresError) -> Bool {
        live = nil
        switch error.kind {
        case .unreachable: return false
        case .connectionLost:
            session.drop()
            return true
        case .server(let state):
            // The schemas of a retired build were dropped, or a server in shutdown or recovery said so.
            if state.hasPrefix("57P") { session.drop() }
            return state.hasPrefix("57P") || ["42P01", "3F000", "42703", "0A000", "40001"].contains(state)
        case .usage: return false
        }
    }

    private func fail(_ jobs: [ReadJob], _ error: PostgresError) {
        let problem: Problem
        if error.isConnectionLost {
            problem = .databaseUnavailable("the database cannot be reached; it is tried again with the next request")
        } else if error.sqlState == PostgresError.lockNotAvailable {
            problem = .databaseUnavailable(
                "a lock on the view was held for longer than \(ReadAPILimits.lockMilliseconds) ms; try again")
        } else if error.sqlState == PostgresError.queryCanceled {
            problem = .timedOut(
                "the query took longer than \(ReadAPILimits.statementMilliseconds) ms; narrow it with filters or a smaller limit"
            )
        } else if error.sqlState == PostgresError.undefinedTable || error.sqlState == "3F000" {
            problem = .databaseUnavailable("the database has no Tapefold schema; run: tapefold db migrate")
        } else {
            problem = .internalError("the database refused the query; look for the request id in the log")
        }
        for job in jobs {
            log.warning("request \(job.request.identifier) to \(job.route): \(error)")
            job.fail(problem)
        }
    }
}
