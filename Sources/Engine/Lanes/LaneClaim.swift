import Kafka

/// A worker's hold on a lane: good until somebody raises the epoch.
package struct LaneClaim: Sendable, Equatable {
    package let build: String
    package let schema: String
    package let fold: Int
    package let lane: Int
    package let epoch: Int64
    /// By topic, the offset of the next record to fold.
    package var next: [String: Int64]

    package init(build: String, schema: String, fold: Int, lane: Int, epoch: Int64, next: [String: Int64]) {
        self.build = build
        self.schema = schema
        self.fold = fold
        self.lane = lane
        self.epoch = epoch
        self.next = next
    }

    package enum Outcome: Sendable, Equatable {
        case claimed(LaneClaim)
        /// A swap of builds or another worker is at it: try again.
        case busy
        /// Another worker has it, and the caller only wanted it back.
        case taken(by: String)
        /// The live build is of this fold, which the caller does not have: its workers serve the view.
        case otherFold(Int)
    }

    /// By topic, what the group was told where that is further than this.
    package func behind(_ told: [TopicPartitionOffset]) -> [String: Int64] {
        let ahead = told.filter { Int($0.partition) == lane && $0.offset > next[$0.topic] ?? 0 }
        return Dictionary(ahead.map { ($0.topic, $0.offset) }, uniquingKeysWith: max)
    }

    /// By input, the offset of the next record to fold.
    package func offsets(of view: ViewConfiguration) -> [Int64] { view.inputs.map { next[$0.topic] ?? 0 } }
}
