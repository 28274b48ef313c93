import Domain

/// What operators decide about parked events, as a lane's owner reads it. The answers go into the lane's commits.
package protocol ParkingDesk: AnyObject {
    /// The events of the lane that nobody folds.
    func decisions(lane: Int) throws(LaneFailure) -> LaneDecisions

    /// The same for a build that is not live, which notes that it obeys them.
    ///
    /// - Throws: `LaneFailure.overruled` when one names an event that the build has folded.
    func heed(_ claim: LaneClaim) throws(LaneFailure) -> LaneDecisions

    /// What is asked of the lane and not done yet, oldest first.
    func requests(lane: Int, limit: Int) throws(LaneFailure) -> [LaneRequest]

    /// Parked events in the order in which they were parked.
    ///
    /// - Parameter order: only those parked after this one.
    func parked(
        _ claim: LaneClaim, _ which: ParkedSelection, after order: Int64, limit: Int
    ) throws(LaneFailure) -> [ParkedRecord]
}

extension LaneStore {
    /// Nil where there are no operators.
    package var desk: (any ParkingDesk)? { self as? any ParkingDesk }
}

/// Something that an operator asks of a lane.
package struct LaneRequest: Sendable, Equatable {
    package enum Action: String, Sendable {
        /// Fold the key's parked events again, in order.
        case retry
        /// Leave an event out for ever and fold what waits behind it.
        case drop
        /// Decisions came from elsewhere: read them.
        case reload
    }

    package let number: Int64
    package let action: Action
    package let key: String?
    /// The event that a drop names, and one without a key.
    package let topic: String?
    package let offset: Int64?
    /// A drop takes the key's events up to this one along.
    package let throughOrder: Int64?
    /// What earlier turns dropped already.
    package var droppedBefore: Int
    package let author: String
    package let time: Timestamp
    package let note: String?

    package init(
        number: Int64, action: Action, key: String?, topic: String?, offset: Int64?, throughOrder: Int64?,
        droppedBefore: Int, author: String, time: Timestamp, note: String?
    ) {
        self.number = number
        self.action = action
        self.key = key
        self.topic = topic
        self.offset = offset
        self.throughOrder = throughOrder
        self.droppedBefore = droppedBefore
        self.author = author
        self.time = time
        self.note = note
    }
}

package enum ParkedSelection: Sendable, Equatable {
    case all
    case key(String)
    /// The key's events up to one.
    case through(key: String, order: Int64)
    case place(topic: String, offset: Int64)
}

/// A parked event with its record.
package struct ParkedRecord: Sendable {
    /// Where it stands among the lane's parked events.
    package let order: Int64
    /// Its topic's index in the view's inputs.
    package let input: Int
    package let offset: Int64
    package let key: String?
    package let code: String
    package let reason: String
    package let bytes: ParkedBytes

    package init(
        order: Int64, input: Int, offset: Int64, key: String?, code: String, reason: String, bytes: ParkedBytes
    ) {
        self.order = order
        self.input = input
        self.offset = offset
        self.key = key
        self.code = code
        self.reason = reason
        self.bytes = bytes
    }
}
