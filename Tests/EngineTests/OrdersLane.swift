import Events
import Postgres
import Projections
import Supervision

@testable import Engine

/// A claimed lane of an empty `orders` view, in a database of its own.
final class OrdersLane {
    let view: ViewConfiguration
    let connection: PostgresConnection
    let store: PostgresLaneStore
    var claim: LaneClaim

    init() throws {
        view = try ViewRegistry.standard.configuration(of: "orders", in: Topology.standard())
        connection = try PostgresConnection.connect(
            try PostgresConfiguration(url: TemporaryPostgres.shared().freshDatabase()))
        try Migrations.run(on: connection)
        let topics = view.topics
        _ = try BuildCatalog(connection).ensureLiveBuild(
            of: view.definition, lanes: view.lanes,
            start: (0..<view.lanes).map { lane in
                LaneOffsets(lane: lane, next: Dictionary(uniqueKeysWithValues: topics.map { ($0, 0) }))
            }, effectMarks: [])
        store = PostgresLaneStore(view, on: connection)
        guard case .claimed(let claim) = try store.claim(lane: 1, owner: "me", onlyIfOwned: false) else {
            throw EngineError(.build, "the lane is busy")
        }
        self.claim = claim
    }

    /// Commits rows of the view's tables and whose rows they change, up to offset `next` of every topic.
    @discardableResult
    func commit(_ writes: WriteSet? = nil, changes: UserChanges? = nil, next: Int64) throws(LaneFailure) -> Int {
        var commit = LaneCommit(
            claim: claim, next: view.topics.map { _ in next },
            writes: writes ?? WriteSet(view.definition, insertLayout: .arrays),
            parked: RowBatch(columns: ParkingLot.table.columns, layout: .arrays))
        commit.changes = changes
        let statements = try store.commit(commit)
        for topic in view.topics { claim.next[topic] = next }
        return statements
    }
}
