import Engine
import Events
import Kafka
import Postgres
import Projections
import Simulation
import Supervision
import TestKit

/// A small view of its own over a real or an in-memory database, for the suite that both must pass.
struct StoreRig {
    enum Kind: String, CaseIterable, CustomStringConvertible {
        case memory, postgres
        var description: String { rawValue }
    }

    static let lanes = 2
    static let owner = "one"

    static let ledger = TableDefinition(
        "items", role: .ledger,
        columns: [Column("item", .text), Column("place", .int64), Column("note", .text, nullable: true)], key: ["item"])
    static let state = TableDefinition(
        "totals", role: .state, columns: [Column("name", .text), Column("total", .int64)], key: ["name"])
    static let repeated = TableDefinition(
        "sightings", role: .ledger, columns: [Column("item", .text), Column("place", .int64)], key: ["item"],
        ignoresRepeatedRows: true)

    let view = ViewConfiguration(
        definition: ViewSchema(
            name: "rig", foldNumber: 1, tables: [ledger, state, repeated], deleteColumns: ["items": ["place"]],
            presentation: []),
        inputs: [
            ViewInput(topic: "first", kind: .tradeExecuted, partitioner: .murmur2, isHome: true, isComplete: true),
            ViewInput(topic: "second", kind: .tradeCorrected, partitioner: .murmur2, isHome: true, isComplete: true),
        ], lanes: lanes, policy: .park)
    private let database: any LaneDatabase

    init(_ kind: Kind) throws {
        switch kind {
        case .memory: database = MemorySessions(database: MemoryDatabase(view))
        case .postgres:
            let configuration = try PostgresConfiguration(url: TemporaryPostgres.shared().freshDatabase())
            let connection = try PostgresConnection.connect(configuration)
            try Migrations.run(on: connection)
            let start = (0..<Self.lanes).map { LaneOffsets(lane: $0, next: ["first": 0, "second": 0]) }
            _ = try BuildCatalog(connection).ensureLiveBuild(of: view.definition, lanes: Self.lanes, start: start)
            database = PostgresLaneDatabase(view: view, configuration: configuration)
        }
    }

    func session() throws -> any LaneStore { try database.open(stop: StopSignal()) }

    func claim(_ store: any LaneStore, lane: Int = 1, owner: String = owner) throws -> LaneClaim {
        guard case .claimed(let claim) = try store.claim(lane: lane, owner: owner, onlyIfOwned: false) else {
            throw LaneFailure.log("lane \(lane) could not be claimed")
        }
        return claim
    }

    /// A commit from the claim to `next` with the rows that `write` puts.
    func commit(
        _ claim: LaneClaim, next: [Int64], parked: [Parked] = [], effects: LaneEffects? = nil,
        write: (Rows) -> Void = { _ in }
    )
        -> LaneCommit
    {
        let rows = Rows(view.definition)
        write(rows)
        let batch = RowBatch(columns: ParkingLot.table.columns, layout: .arrays)
        for event in parked { event.put(into: batch) }
        return LaneCommit(claim: claim, next: next, writes: rows.writes, parked: batch, effects: effects)
    }

    /// A lane's checkpoints, by input.
    func offsets(_ store: any LaneStore, lane: Int = 1) throws -> [Int64]? {
        let found = try store.checkpoints().first { $0.lane == lane }
        return found.map { lane in view.topics.map { lane.next[$0] ?? -1 } }
    }

    /// The `text` columns of the rows with these keys.
    func read(_ store: any LaneStore, _ claim: LaneClaim, _ table: TableDefinition, _ keys: String...) throws
        -> [[String]]
    {
        let source = try store.read([request(table, keys)], claim)[0]
        return (0..<source.rowCount).map { row in
            table.columns.indices.map { column in
                guard let bytes = source.field(row: row, column: column) else { return "null" }
                if table.columns[column].type == .text { return String(decoding: bytes, as: UTF8.self) }
                return "\(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))"
            }
        }
    }

    func request(_ table: TableDefinition, _ keys: [String]) -> ReadRequest {
        let request = ReadRequest(table, by: table.key, order: table.key)
        for key in keys {
            request.keys.beginRow()
            request.keys.put(key)
        }
        return request
    }
}

/// A parked event's row.
struct Parked {
    let offset: Int64
    var key: String?

    func put(into rows: RowBatch) {
        rows.beginRow()
        rows.put("first")
        rows.put(offset)
        rows.put(key)
        rows.put("code")
        rows.put("reason")
        rows.putNull()
        rows.putNull()
        rows.putNull()
        rows.put("[]")
        rows.putNull()
    }
}

/// Rows to write.
final class Rows {
    let writes: WriteSet

    init(_ view: ViewSchema) { writes = WriteSet(view, insertLayout: .arrays) }

    private func table(_ table: TableDefinition) -> WriteSet.TableWrites? { writes.tables.first { $0.table == table } }

    func insert(_ item: String, _ place: Int64, note: String? = nil) {
        guard let rows = table(StoreRig.ledger)?.inserts else { return }
        rows.beginRow()
        rows.put(item)
        rows.put(place)
        rows.put(note)
    }

    /// An item without its place, which the table does not take.
    func insertBroken(_ item: String) {
        guard let rows = table(StoreRig.ledger)?.inserts else { return }
        rows.beginRow()
        rows.put(item)
        rows.putNull()
        rows.putNull()
    }

    func sight(_ item: String, _ place: Int64) {
        guard let rows = table(StoreRig.repeated)?.inserts else { return }
        rows.beginRow()
        rows.put(item)
        rows.put(place)
    }

    func upsert(_ name: String, _ total: Int64) {
        guard let rows = table(StoreRig.state)?.upserts else { return }
        rows.beginRow()
        rows.put(name)
        rows.put(total)
    }

    func delete(place: Int64) {
        guard let rows = table(StoreRig.ledger)?.deletes else { return }
        rows.beginRow()
        rows.put(place)
    }
}

private struct MemorySessions: LaneDatabase, @unchecked Sendable {
    // One thread's: the suite's.
    let database: MemoryDatabase

    func open(stop: StopSignal) throws(LaneFailure) -> any LaneStore { MemoryLaneStore(database) }
}
