import Projections

/// One build of a view: its tables in a schema of their own, its lanes and checkpoints.
public struct Build: Sendable, Equatable {
    public enum Status: String, Sendable {
        /// Being filled beside the live build.
        case building
        /// What readers see and workers fold into.
        case live
        /// Was live once.
        case retired
        /// Belongs to a verify.
        case scratch
    }

    public let view: String
    public let fold: Int
    public let number: Int
    public let schema: String
    public let lanes: Int
    public var status: Status
    /// Ledgers have their indexes.
    public var isIndexed: Bool

    /// `<fold number>.<build number>`.
    public var name: String { "\(fold).\(number)" }

    public init(
        view: String, fold: Int, number: Int, lanes: Int, status: Status, isIndexed: Bool, schema: String? = nil
    ) {
        self.view = view
        self.fold = fold
        self.number = number
        self.lanes = lanes
        self.status = status
        self.isIndexed = isIndexed
        self.schema = schema ?? "\(view)_\(fold)_\(number)"
    }
}

/// Where a lane starts in each of its topics.
public struct LaneOffsets: Sendable, Equatable {
    public let lane: Int
    /// By topic, the offset of the next record.
    public var next: [String: Int64]

    public init(lane: Int, next: [String: Int64]) {
        self.lane = lane
        self.next = next
    }
}
