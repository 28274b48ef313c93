import Postgres

/// The statement that moves a lane's checkpoint and raises unless the lane is still the caller's.
enum Fence {
    static let sql = "SELECT tapefold.advance($1, $2, $3, $4, $5, $6, $7)"

    /// - Parameter next: by input, the offset behind the batch.
    static func parameters(_ claim: LaneClaim, view: ViewConfiguration, next: [Int64]) -> [PostgresParameter] {
        let topics = PostgresArrayBuilder(elementOID: .text)
        let expected = PostgresArrayBuilder(elementOID: .int64)
        let moved = PostgresArrayBuilder(elementOID: .int64)
        for (input, offset) in zip(view.inputs, next) {
            topics.append(input.topic)
            expected.append(claim.next[input.topic] ?? 0)
            moved.append(offset)
        }
        return [
            .text(view.definition.name), .text(claim.build), .int32(Int32(claim.lane)), .int64(claim.epoch),
            .array(topics), .array(expected), .array(moved),
        ]
    }
}
