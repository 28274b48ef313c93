import Foundation
import Kafka
import Postgres
import Projections

extension Replay {
    /// Follows the live build until it is near, then swaps; tries again while the live lanes are too busy.
    func follow(
        _ live: Build, _ build: Build, _ filler: BuildFiller<Fold>, _ consumer: KafkaConsumer, _ workers: FoldWorkers,
        beforeSwap note: () -> Void = {}
    ) throws(EngineError) {
        var rounds = CatchUpRounds()
        var tried: String?
        while true {
            let mark = try parkingMark()
            if mark != tried {
                try filler.retryParked()
                try inDatabase { () throws(PostgresError) in try catalog.carryCopies(from: live, to: build) }
                tried = mark
            }
            let checkpoints = try checkpoints(of: live, consumer)
            let targets = try targets(checkpoints, consumer)
            let distance =
                zip(filler.lanes, targets).map { lane, target in
                    zip(lane.next, target).reduce(Int64(0)) { max($0, $1.1 - $1.0) }
                }.max() ?? 0
            if distance > EngineLimits.swapDistanceRecords {
                rounds.note(distance: distance)
                if !rounds.mustHold {
                    try filler.catchUp(to: targets)
                    continue
                }
            }
            try workers.check(over: live)
            filler.report(.swapping, force: true)
            note()
            if try swap(live, build, filler, cut(checkpoints, targets), mark, holding: rounds.mustHold) { return }
            if stop.isSet { throw .interrupted(build) }
            rounds.noteFailedSwap()
            stop.pause(milliseconds: EngineLimits.retryMilliseconds)
            if !rounds.mustHold { try filler.catchUp(to: try self.targets(of: live, consumer)) }
        }
    }

    private func parkingMark() throws(EngineError) -> String {
        try inDatabase { () throws(PostgresError) in try ParkingCatalog(view: view.name, on: connection).mark() }
    }

    /// Partitions that end before the live build's checkpoint: made anew or cut, they have no more than the new build folds.
    private func cut(_ checkpoints: [LaneOffsets], _ reachable: [[Int64]]) -> Set<TopicPartition> {
        var result: Set<TopicPartition> = []
        for (lane, ends) in zip(checkpoints, reachable) {
            for (topic, end) in zip(view.topics, ends) where end < lane.next[topic] ?? 0 {
                result.insert(TopicPartition(topic: topic, partition: Int32(lane.lane)))
            }
        }
        return result
    }

    /// In one transaction: holds the live lanes, folds the tail, and makes the new build live.
    ///
    /// - Parameter holding: fold what the live build is ahead while its lanes are held, for a bounded time. What was
    ///   folded so stays when the time was too short.
    /// - Returns: false when it could not get the locks or the last records in time; nothing changed for readers then.
    private func swap(
        _ live: Build, _ build: Build, _ filler: BuildFiller<Fold>, _ cut: Set<TopicPartition>, _ mark: String,
        holding: Bool
    ) throws(EngineError) -> Bool {
        do throws(LaneFailure) {
            let checkpoints = try lockLanes(of: live)
            if holding { try overtake(checkpoints, filler, cut) }
            let done = try trySwap(checkpoints, live, build, filler, cut, mark)
            if !done { try undo(filler) }
            return done
        } catch {
            if stop.isSet { throw .interrupted(build) }
            guard mayRetry(error) else { throw .from(error, view: view.name) }
            do throws(LaneFailure) { try undo(filler) } catch { throw .from(error, view: view.name) }
            return false
        }
    }

    /// Lets the lanes fold what the held live build is ahead, on their own connections.
    private func overtake(
        _ checkpoints: [LaneOffsets], _ filler: BuildFiller<Fold>, _ cut: Set<TopicPartition>
    ) throws(LaneFailure) {
        hasHeldLanes = true
        let targets = zip(filler.lanes, checkpoints).map { swapTarget($0, $1, cut) }
        do throws(EngineError) {
            try filler.catchUp(to: targets, until: .now + .milliseconds(EngineLimits.swapHoldMilliseconds))
        } catch {
            connection.rollbackIfOpen()
            if error.isConnectionLost { throw .database(.connectionLost(error.message)) }
            throw error.code == .interrupted ? .stopped : .log(error.message)
        }
    }

    private func swapTarget(_ lane: FillLane<Fold>, _ offsets: LaneOffsets, _ cut: Set<TopicPartition>) -> [Int64] {
        zip(view.topics, lane.next).map { topic, next in
            let isCut = cut.contains(TopicPartition(topic: topic, partition: Int32(offsets.lane)))
            return isCut ? next : max(offsets.next[topic] ?? 0, next)
        }
    }

    /// After locks that were not to be had, or an event that has to be parked outside of the swap's transaction.
    private func mayRetry(_ failure: LaneFailure) -> Bool {
        if failure.eventFailure != nil { return true }
        guard case .database(let error) = failure else { return false }
        return error.isRetriable && !error.isConnectionLost
    }

    private func undo(_ filler: BuildFiller<Fold>) throws(LaneFailure) {
        connection.rollbackIfOpen()
        for lane in filler.lanes { try lane.revert() }
    }

    /// Begins the swap's transaction: the live lanes commit nothing from here on. Returns where they stand.
    private func lockLanes(of live: Build) throws(LaneFailure) -> [LaneOffsets] {
        do throws(PostgresError) {
            try connection.begin()
            try connection.execute("SET LOCAL lock_timeout = \(EngineLimits.swapLockMilliseconds)")
            try connection.query(
                "SELECT 1 FROM tapefold.lane WHERE view = $1 AND build = $2 ORDER BY lane FOR UPDATE",
                [.text(view.name), .text(live.name)])
            // Lanes that fold nothing have no tail: workers of the new build's lanes go on from where it is.
            return live.lanes == view.lanes ? try catalog.checkpoints(of: live) : []
        } catch {
            throw .from(error)
        }
    }

    private func trySwap(
        _ checkpoints: [LaneOffsets], _ live: Build, _ build: Build, _ filler: BuildFiller<Fold>,
        _ cut: Set<TopicPartition>, _ mark: String
    ) throws(LaneFailure) -> Bool {
        do throws(PostgresError) {
            // What operators had retried or dropped meanwhile has to be done here too, outside of this transaction.
            guard try ParkingCatalog(view: view.name, on: connection).mark() == mark else { return false }
        } catch {
            throw .from(error)
        }
        let deadline = ContinuousClock.now + .milliseconds(EngineLimits.swapTailMilliseconds)
        for (lane, offsets) in zip(filler.lanes, checkpoints) {
            let target = swapTarget(lane, offsets, cut)
            guard try lane.tail(to: target, on: connection, deadline: deadline) else { return false }
        }
        do throws(PostgresError) {
            for lane in filler.lanes { try lane.payEffects(on: connection) }
            for place in cut { try OwedRows.forget(place, view: view.name, on: connection) }
            try BuildSwap.promote(build, over: live, view.definition, on: connection)
            try connection.commit()
        } catch {
            throw .from(error)
        }
        return true
    }
}
