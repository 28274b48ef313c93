import Postgres

/// The statement that moves a lane's checkpoint and raises unless the lane is still the caller's.
enum Fence {
    static let sql = "SELECT tapefold.advance($1, $2, $3, $4, $5, $6, $7)"

    /// - Parameter next: by input, the offset behind the batch.
    static func parameters(
        _ claim: LaneClaim, view: ViewConfiguration, next: [Int64]
    ) throws(PostgresError) -> [PostgresParameter] {
        let topics = try PostgresArrayBuilder(.text)
        let expected = try PostgresArrayBuilder(.int64)
        let moved = try PostgresArrayBuilder(.int64)
        for (input, offset) in zip(view.inputs, next) {
            topics.append(text: input.topic)
            expected.append(integer: claim.next[input.topic] ?? 0)
            moved.append(integer: offset)
        }
        return [
            .text(view.definition.name), .text(claim.build), .int32(Int32(claim.lane)), .int64(claim.epoch),
            .array(topics), .array(expected), .array(moved),
        ]
    }
}
