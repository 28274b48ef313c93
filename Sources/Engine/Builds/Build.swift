import Domain
import Projections

/// One build of a view: its tables in a schema of their own, its lanes and checkpoints.
public struct Build: Sendable, Equatable {
    public enum Status: String, Sendable {
        /// Being filled beside the live build.
        case building
        /// Filled, and waits to be made live.
        case ready
        /// What readers see and workers fold into.
        case live
        /// Was live once.
        case retired
        /// Belongs to a verify.
        case scratch
        /// A copy being filled.
        case copying
        /// The view as a part of the log makes it; never goes live.
        case copy
    }

    public let view: String
    public let fold: Int
    public let number: Int
    public let schema: String
    public let lanes: Int
    public var status: Status
    /// Ledgers have their indexes.
    public var isIndexed: Bool
    /// What a copy is called and where it ends; nil for a build that may go live.
    public let copy: BuildCopy?

    /// `<fold number>.<build number>`.
    public var name: String { "\(fold).\(number)" }

    public init(
        view: String, fold: Int, number: Int, lanes: Int, status: Status, isIndexed: Bool, schema: String? = nil,
        copy: BuildCopy? = nil
    ) {
        self.view = view
        self.fold = fold
        self.number = number
        self.lanes = lanes
        self.status = status
        self.isIndexed = isIndexed
        self.schema = schema ?? "\(view)_\(fold)_\(number)"
        self.copy = copy
    }
}

/// A named copy of a view, and which part of the log it was made of.
public struct BuildCopy: Sendable, Equatable {
    public enum Cut: Sendable, Equatable {
        /// The events whose own time is not behind this.
        case time(Timestamp)
        /// The records before these offsets.
        case offsets(LogPositions)
    }

    public let name: String
    public let cut: Cut

    public init(name: String, cut: Cut) {
        self.name = name
        self.cut = cut
    }

    /// Where people find its relations.
    public var schema: String { "api_\(name)" }
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
