import Domain
import Engine
import Kafka
import Projections
import TestKit

/// What operators asked of the parking lot and decided: apart from builds, as `tapefold.parking_request` and
/// `tapefold.decision` are.
package struct MemoryOperations: Sendable {
    struct Request: Sendable {
        var request: LaneRequest
        let lane: Int
        var isFinished = false
    }

    var requests: [Request] = []
    /// Builds that were made.
    var builds = 0
    package internal(set) var decisions: [EventPlace: Decision] = [:]
}

extension MemoryDatabase {
    package var hasOpenRequests: Bool { contents.operations.requests.contains { !$0.isFinished } }

    /// Asks the owner of the event's lane to try its key again, or to leave the event out for ever.
    package func ask(_ action: LaneRequest.Action, _ event: ParkedRecord, lane: Int) {
        let request = LaneRequest(
            number: Int64(contents.operations.requests.count), action: action, key: event.key,
            topic: view.topics[event.input], offset: event.offset, throughOrder: nil, droppedBefore: 0,
            author: "operator", time: .minimum, note: nil)
        contents.operations.requests.append(.init(request: request, lane: lane))
    }

    /// The events of a lane that hold up others or themselves: the first of each key, and those without one.
    package func firstParked(lane: Int) throws(LaneFailure) -> [ParkedRecord] {
        var keys: Set<String> = []
        return try parkedRecords(lane: lane).filter { $0.key.map { keys.insert($0).inserted } ?? true }
    }

    package func decisions(lane: Int) -> LaneDecisions {
        var result = LaneDecisions()
        for (place, decision) in contents.operations.decisions where place.partition == lane {
            guard let input = view.topics.firstIndex(of: place.topic) else { continue }
            result.insert(input: input, offset: place.offset, hash: decision.recordHash)
        }
        return result
    }

    /// Notes what was decided for a lane since it last looked; gives an event among it that was folded.
    package func heed(lane: Int) -> EventPlace? {
        let new = contents.operations.decisions.keys.filter { $0.partition == lane && !contents.heeded.contains($0) }
        if let tooLate = new.filter(contents.hasFolded).min(by: { ($0.topic, $0.offset) < ($1.topic, $1.offset) }) {
            return tooLate
        }
        contents.heeded.formUnion(new)
        return nil
    }

    package func requests(lane: Int, limit: Int) -> [LaneRequest] {
        Array(
            contents.operations.requests.filter { $0.lane == lane && !$0.isFinished }.map(\.request).prefix(limit))
    }

    package func parked(
        lane: Int, _ which: ParkedSelection, after order: Int64, limit: Int
    ) throws(LaneFailure) -> [ParkedRecord] {
        let chosen = try parkedRecords(lane: lane).filter { record in
            guard record.order > order else { return false }
            return switch which {
            case .all: true
            case .key(let key): record.key == key
            case .through(let key, let last): record.key == key && record.order <= last
            case .place(let topic, let offset): view.topics[record.input] == topic && record.offset == offset
            }
        }
        return Array(chosen.prefix(limit))
    }

    /// In the order in which they were parked.
    private func parkedRecords(lane: Int) throws(LaneFailure) -> [ParkedRecord] {
        var records: [ParkedRecord] = []
        for (place, row) in contents.parked[lane] {
            records.append(try record(row, order: contents.parkOrders[lane][place] ?? 0))
        }
        return records.sorted { $0.order < $1.order }
    }

    private func record(_ row: MemoryRow, order: Int64) throws(LaneFailure) -> ParkedRecord {
        let rows = MemoryRows([row])
        let reader = RowReader(rows, table: ParkingLot.table, row: 0)
        do throws(RowError) {
            let topic = try reader.text(0)
            return ParkedRecord(
                order: order, input: view.topics.firstIndex(of: topic) ?? 0, offset: try reader.int64(1),
                key: row.fields[2] == nil ? nil : try reader.text(2), code: try reader.text(3),
                reason: try reader.text(4),
                bytes: ParkedBytes(
                    stored: row.fields[6], value: row.fields[7], headers: try reader.text(8),
                    time: row.fields[9] == nil ? nil : Timestamp(microseconds: try reader.unixMicroseconds(9))))
        } catch {
            throw .stored(error.description)
        }
    }

    // MARK: within a commit

    func notePark(_ place: String, lane: Int) {
        contents.parkOrders[lane][place] = contents.nextParkOrder
        contents.nextParkOrder += 1
    }

    func apply(_ changes: ParkingChanges, lane: Int) {
        for place in changes.removed where guards.removesRetried {
            let key = MemoryRow.parkedPlace(topic: place.topic, offset: place.offset)
            contents.parked[lane][key] = nil
            contents.parkOrders[lane][key] = nil
        }
        for reason in changes.reasons {
            let key = MemoryRow.parkedPlace(topic: reason.place.topic, offset: reason.place.offset)
            contents.parked[lane][key]?.fields[3] = Array(reason.code.utf8)
            contents.parked[lane][key]?.fields[4] = Array(reason.text.utf8)
        }
        for decision in changes.decisions where guards.keepsDecisions {
            contents.operations.decisions[decision.place] = decision
        }
        guard let progress = changes.progress,
            let index = contents.operations.requests.firstIndex(where: { $0.request.number == progress.request })
        else { return }
        contents.operations.requests[index].request.droppedBefore += progress.dropped
        contents.operations.requests[index].isFinished = progress.isFinished
    }

    /// As `tapefold dlq import` does.
    package func adopt(_ decisions: [EventPlace: Decision]) { contents.operations.decisions = decisions }
}

extension MemoryDatabase.Contents {
    /// Whether the event lies before the checkpoint and is not parked.
    func hasFolded(_ place: EventPlace) -> Bool {
        let lane = place.partition
        return place.offset < lanes[lane].next[place.topic] ?? 0
            && parked[lane][MemoryRow.parkedPlace(topic: place.topic, offset: place.offset)] == nil
    }
}

extension MemoryLaneStore: ParkingDesk {
    package func heed(_ claim: LaneClaim) throws(LaneFailure) -> LaneDecisions {
        try requireSession()
        if let place = database.heed(lane: claim.lane) { throw .overruled(place) }
        return database.decisions(lane: claim.lane)
    }

    package func decisions(lane: Int) throws(LaneFailure) -> LaneDecisions {
        try requireSession()
        return database.decisions(lane: lane)
    }

    package func requests(lane: Int, limit: Int) throws(LaneFailure) -> [LaneRequest] {
        try requireSession()
        return database.requests(lane: lane, limit: limit)
    }

    package func parked(
        _ claim: LaneClaim, _ which: ParkedSelection, after order: Int64, limit: Int
    ) throws(LaneFailure) -> [ParkedRecord] {
        try requireSession()
        return try database.parked(lane: claim.lane, which, after: order, limit: limit)
    }
}

extension SimulatedStore: ParkingDesk {
    func heed(_ claim: LaneClaim) throws(LaneFailure) -> LaneDecisions {
        try serve()
        return try base.heed(claim)
    }

    func decisions(lane: Int) throws(LaneFailure) -> LaneDecisions {
        try serve()
        return try base.decisions(lane: lane)
    }

    func requests(lane: Int, limit: Int) throws(LaneFailure) -> [LaneRequest] {
        try serve()
        return try base.requests(lane: lane, limit: limit)
    }

    func parked(
        _ claim: LaneClaim, _ which: ParkedSelection, after order: Int64, limit: Int
    ) throws(LaneFailure) -> [ParkedRecord] {
        try serve()
        return try base.parked(claim, which, after: order, limit: limit)
    }
}
