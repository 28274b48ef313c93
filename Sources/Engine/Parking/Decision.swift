import Domain
import Events

/// An operator's word that no build of a view folds an event, for ever.
public struct Decision: Sendable, Equatable {
    public let view: String
    public let place: EventPlace
    /// Why it could not be folded.
    public let code: String
    public let reason: String
    public let eventSource: String?
    public let eventId: String?
    /// Of the record's value: another record at that place is folded. Nil: whatever lies there.
    public let recordHash: ContentHash?
    public let author: String
    public let time: Timestamp
    public let note: String?

    public init(
        view: String, place: EventPlace, code: String, reason: String, eventSource: String?, eventId: String?,
        recordHash: ContentHash?, author: String, time: Timestamp, note: String?
    ) {
        self.view = view
        self.place = place
        self.code = code
        self.reason = reason
        self.eventSource = eventSource
        self.eventId = eventId
        self.recordHash = recordHash
        self.author = author
        self.time = time
        self.note = note
    }
}

/// The events that a lane leaves out because somebody decided so.
package struct LaneDecisions: Sendable, Equatable {
    /// By input and offset, the hash that the record's value must have; nil: any.
    private var places: [Place: ContentHash?] = [:]

    private struct Place: Hashable {
        let input: Int
        let offset: Int64
    }

    package init() {}

    var isEmpty: Bool { places.isEmpty }
    var count: Int { places.count }

    package mutating func insert(input: Int, offset: Int64, hash: ContentHash?) {
        places[Place(input: input, offset: offset)] = .some(hash)
    }

    /// Whether somebody decided to leave this record out.
    package func leavesOut(input: Int, offset: Int64, value: UnsafeRawBufferPointer?) -> Bool {
        guard let wanted = places[Place(input: input, offset: offset)] else { return false }
        guard let wanted else { return true }
        return ContentHash(record: value ?? UnsafeRawBufferPointer(start: nil, count: 0)) == wanted
    }
}
