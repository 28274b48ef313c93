import Domain
import Postgres
import Projections

/// What a build took over because the log no longer holds it: all rows of days before `firstDay`.
struct CarriedHistory: Sendable {
    /// The first day whose records are all in the log, in days since 1970.
    let firstDay: Int32
    /// By lane and topic, how far the build that the rows came from had folded: later records of earlier days, late
    /// ticks, are not in them.
    let next: [Int: [String: Int64]]

    /// What `build` took over; nil when it is made of the log alone.
    static func read(_ build: Build, on connection: PostgresConnection) throws(PostgresError) -> CarriedHistory? {
        let rows = try connection.query(
            """
            SELECT lane, topic, next_offset, first_day - date '1970-01-01' FROM tapefold.carried
            WHERE view = $1 AND build = $2
            """, [.text(build.view), .text(build.name)])
        guard rows.rowCount > 0 else { return nil }
        var next: [Int: [String: Int64]] = [:]
        var firstDay = Int32.min
        for row in 0..<rows.rowCount {
            next[Int(try rows.int32(row, 0)), default: [:]][try rows.text(row, 1)] = try rows.int64(row, 2)
            firstDay = max(firstDay, try rows.int32(row, 3))
        }
        return CarriedHistory(firstDay: firstDay, next: next)
    }

    /// Notes what `build` takes over.
    func write(_ build: Build, on connection: PostgresConnection) throws(PostgresError) {
        for (lane, offsets) in next.sorted(by: { $0.key < $1.key }) {
            for (topic, offset) in offsets.sorted(by: { $0.key < $1.key }) {
                try connection.query(
                    """
                    INSERT INTO tapefold.carried (view, build, lane, topic, first_day, next_offset)
                    VALUES ($1, $2, $3, $4, date '1970-01-01' + $5, $6)
                    """,
                    [
                        .text(build.view), .text(build.name), .int32(Int32(lane)), .text(topic), .int32(firstDay),
                        .int64(offset),
                    ])
            }
        }
    }
}
