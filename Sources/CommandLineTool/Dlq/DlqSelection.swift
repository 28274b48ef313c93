import Domain
import Engine
import Foundation
import Postgres

/// What the filters of a `dlq` command choose.
struct DlqSelection {
    let view: String
    let catalog: ParkingCatalog
    var filter: ParkedFilter
    let limit: Int?

    /// The options that choose events.
    static let filters = ["lane", "topic", "key", "code", "since", "event"]

    init(_ invocation: Invocation, _ connections: Connections) throws {
        view = try ViewArgument.read(invocation)
        let arguments = invocation.arguments
        var filter = ParkedFilter()
        filter.lane = arguments.integer("lane")
        filter.topic = arguments.text("topic")
        filter.key = arguments.text("key")
        filter.code = arguments.text("code")
        filter.since = try arguments.text("since").map(Self.time)
        filter.place = try arguments.text("event").map(Self.place)
        if filter.place != nil { filter.isFirstOnly = false }
        limit = arguments.integer("limit")
        self.filter = filter
        catalog = ParkingCatalog(view: view, on: try connections.database())
    }

    static func place(_ text: String) throws(UsageError) -> EventPlace {
        guard let place = EventPlace(text) else {
            throw UsageError("\"\(text)\" is no event: write TOPIC/PARTITION@OFFSET, as `dlq list` does")
        }
        return place
    }

    private static let spans: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]

    private static func time(_ text: String) throws(UsageError) -> Timestamp {
        if let unit = text.last.flatMap({ spans[$0] }), let count = Int64(text.dropLast()), count >= 0 {
            let (seconds, isTooLong) = count.multipliedReportingOverflow(by: unit)
            let now = Int64(Date().timeIntervalSince1970)
            if !isTooLong, seconds < now {
                return Timestamp(microseconds: (now - seconds) * Timestamp.microsecondsPerSecond)
            }
        }
        do throws(TimestampError) { return try Timestamp(parsing: text) } catch {
            throw UsageError(
                "--since must be a time as 2026-01-15T09:00:00Z, or how long ago as 30m, 2h, 7d, not \"\(text)\"")
        }
    }

    func events() throws -> [ParkedEvent] { try catalog.list(filter, limit: limit) }
}

/// A parked event as `dlq` prints it.
struct DlqItem: Encodable {
    let event: String
    let topic: String
    let partition: Int
    let offset: Int64
    let key: String?
    let code: String
    let reason: String
    let eventTime: String?
    let parkedAt: String
    let copiedAt: String?
    /// Later events of its key.
    let waiting: Int
    let isFirst: Bool

    init(_ parked: ParkedEvent) {
        event = parked.place.description
        topic = parked.place.topic
        partition = parked.place.partition
        offset = parked.place.offset
        key = parked.key
        code = parked.code
        reason = parked.reason
        eventTime = parked.eventTime?.description
        parkedAt = parked.parkedAt.description
        copiedAt = parked.copiedAt?.description
        waiting = parked.waiting
        isFirst = parked.isFirst
    }

    var line: String {
        let behind = waiting > 0 ? "  \(waiting) behind it" : ""
        return "\(event)  \(key ?? "(no key)")  \(code)\(behind)\n  \(reason)"
    }
}
