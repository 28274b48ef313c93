import Engine
import Glibc
import HTTPServing
import Postgres
import Synchronization

/// Reads whose rows changed (`tapefold.change_batch`) as transactions commit, tells the streams, and looks up what changed
/// since for clients that come back. One thread with one connection.
final class ChangeFeed: Sendable {
    private let configuration: PostgresConfiguration
    private let hub: StreamHub
    private let log: Log
    private let stopping = Atomic(false)

    init(_ configuration: PostgresConfiguration, hub: StreamHub, log: Log) {
        self.configuration = configuration
        self.hub = hub
        self.log = log
    }

    func stop() { stopping.store(true, ordering: .relaxed) }

    /// The thread's body, until `stop`. What was read survives a lost connection: it goes on behind it.
    func run() {
        var reader = ChangeReader()
        var told: String?
        while !stopping.load(ordering: .relaxed) {
            do throws(PostgresError) {
                let connection = try PostgresConnection.connect(
                    configuration, shouldStop: { [self] in stopping.load(ordering: .relaxed) })
                try connection.listen(ChangeReader.channel)
                try reader.begin(connection)
                told = nil
                try follow(connection, &reader)
            } catch {
                if told != error.message {
                    log.warning("changes cannot be read, trying again every second: \(error.message)")
                }
                told = error.message
                // Nobody waits for a database: who is told to reload misses nothing.
                refuse(hub.takeResumes())
                pause()
            }
        }
    }

    private func pause() {
        let end = MonotonicClock.deadline(milliseconds: StreamLimits.feedRetryMilliseconds)
        while MonotonicClock.nanoseconds() < end, !stopping.load(ordering: .relaxed) { usleep(20_000) }
    }

    private func follow(_ connection: PostgresConnection, _ reader: inout ChangeReader) throws(PostgresError) {
        // The first reading tells the streams where they are.
        var isTold = false
        var nextLook: UInt64 = 0
        while !stopping.load(ordering: .relaxed) {
            var isNotified = false
            while try connection.waitForNotification(
                timeoutMilliseconds: isNotified ? 0 : StreamLimits.changeMilliseconds) != nil
            { isNotified = true }
            let requests = hub.takeResumes()
            // Also without a notification now and then: a swap of builds gives none. And before an answer to a client that
            // comes back: the position that it is given must contain what it is told.
            let reads =
                isNotified || !isTold || !requests.isEmpty || MonotonicClock.nanoseconds() >= nextLook
            do throws(PostgresError) {
                if reads {
                    nextLook = MonotonicClock.deadline(milliseconds: StreamLimits.feedRetryMilliseconds)
                    try read(connection, &reader)
                    if !isTold { hub.tellAll(.changes(UserChangeSet(position: reader.position))) }
                    isTold = true
                }
                try answer(requests, connection, reader)
            } catch {
                refuse(requests)
                throw error
            }
            // What comes in the meantime is read together.
            if isNotified, requests.isEmpty { usleep(UInt32(StreamLimits.changeMilliseconds) * 1_000) }
        }
    }

    private func refuse(_ requests: [StreamHub.ResumeRequest]) {
        let unknown = StreamSession.Resumption.unknown(reason: "what changed since cannot be looked up just now")
        for request in requests { request.loop.tell(.resumed(client: request.client, unknown)) }
    }

    private func read(_ connection: PostgresConnection, _ reader: inout ChangeReader) throws(PostgresError) {
        repeat {
            let start = reader
            let wantsUsers = hub.userStreams.load(ordering: .acquiring) > 0
            var changes = try reader.read(connection, users: wantsUsers)
            // Whoever has come meanwhile may have looked before what was just read had been committed: it is read again,
            // with the users that were left out.
            if changes != nil, !wantsUsers, hub.userStreams.load(ordering: .acquiring) > 0 {
                reader = start
                changes = try reader.read(connection, users: true)
            }
            if let changes { hub.tellAll(.changes(changes)) }
        } while reader.hasMore && !stopping.load(ordering: .relaxed)
    }

    private func answer(
        _ requests: [StreamHub.ResumeRequest], _ connection: PostgresConnection, _ reader: ChangeReader
    ) throws(PostgresError) {
        guard !requests.isEmpty else { return }
        for (request, outcome) in zip(requests, try reader.resume(requests, connection)) {
            request.loop.tell(.resumed(client: request.client, outcome))
        }
    }
}
