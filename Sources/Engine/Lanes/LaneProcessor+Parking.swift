import Domain
import Events
import Projections

extension LaneProcessor {
    /// Does what an operator asks of the parking lot, and answers in the request.
    ///
    /// - Parameter mayGoOn: asked between two pages; the request stays open when the answer is no.
    func serve(
        _ request: LaneRequest, at desk: any ParkingDesk, while mayGoOn: () -> Bool
    ) throws(LaneFailure) {
        switch request.action {
        case .reload:
            folder.decisions = try desk.decisions(lane: claim.lane)
            try answer(request)
        case .retry:
            try retry(request.key.map { .key($0) } ?? request.place, for: request, at: desk, while: mayGoOn)
        case .drop:
            guard try drop(request, at: desk) + request.droppedBefore > 0 else {
                return try answer(request, FoldFailure(code: "not_parked", reason: Self.notParked))
            }
            try retry(request.key.map { .key($0) }, for: request, at: desk, while: mayGoOn)
        }
    }

    private static var notParked: String { "it is not parked any more: it was folded or dropped meanwhile" }

    /// Tries everything that is parked on the lane once more, each key in its order.
    package func retryAll(while mayGoOn: () -> Bool) throws(LaneFailure) {
        guard let desk = store.desk else { return }
        try retry(.all, for: nil, at: desk, while: mayGoOn)
    }

    private func answer(_ request: LaneRequest, _ failure: FoldFailure? = nil) throws(LaneFailure) {
        var changes = ParkingChanges()
        var progress = ParkingChanges.Progress(request: request.number, isFinished: true)
        progress.code = failure?.code
        progress.reason = failure?.reason
        changes.progress = progress
        try write(next, parking: changes)
    }

    /// Folds parked events again, a page a transaction: what folds leaves the parking lot in the transaction that has its
    /// rows. New events of a key park behind it until its last page.
    private func retry(
        _ selection: ParkedSelection?, for request: LaneRequest?, at desk: any ParkingDesk, while mayGoOn: () -> Bool
    ) throws(LaneFailure) {
        var round = RetryRound()
        while let selection {
            guard mayGoOn() else { return }
            let records = try desk.parked(claim, selection, after: round.cursor, limit: round.limit)
            guard let last = records.last else { break }
            round.isLast = records.count < round.limit
            do throws(LaneFailure) {
                try retry(records, &round, nil, for: request)
            } catch {
                folder.fold.forget()
                folder.effects?.forget()
                guard let failure = error.eventFailure, !store.isInTransaction else { throw error }
                try reload()
                if records.count > 1 {
                    round.limit = records.count / 2
                    continue
                }
                try retry(records, &round, failure, for: request)
            }
            round.cursor = last.order
            round.limit = min(round.limit * 2, EngineLimits.parkedPageEvents)
            if round.isAnswered { return }
        }
        if let request { try answer(request) }
    }

    private func retry(
        _ records: [ParkedRecord], _ round: inout RetryRound, _ failure: FoldFailure?, for request: LaneRequest?
    ) throws(LaneFailure) {
        let page = RetryPage(records, view, lane: claim.lane)
        let taken = intake.take(page.batch, from: view.inputs.map { _ in 0 })
        try reroute(taken.troubles, page.batch)
        var failed = round.failed
        var outcome = try folder.retry(page, taken.whole, failed: &failed, failure: failure, from: store)
        try folder.followUp(from: store)
        let isAnswered = request != nil && (round.isLast || outcome.failure != nil)
        if let request {
            var progress = ParkingChanges.Progress(request: request.number, isFinished: isAnswered)
            progress.folded = outcome.folded
            progress.dropped = outcome.dropped
            progress.remaining = remaining(of: request, outcome)
            progress.code = outcome.failure?.code
            progress.reason = outcome.failure?.reason
            outcome.changes.progress = progress
        }
        try write(next, parking: outcome.changes)
        settle(outcome, request)
        round.failed = failed
        round.isAnswered = isAnswered
    }

    private func remaining(of request: LaneRequest, _ outcome: RetryOutcome) -> Int {
        guard let key = request.key else { return outcome.failure == nil ? 0 : 1 }
        return folder.parking.count(key) - (outcome.released[ExactText(key)] ?? 0)
    }

    private func settle(_ outcome: RetryOutcome, _ request: LaneRequest?) {
        for (key, count) in outcome.released { folder.parking.release(key?.wrappedValue, count: count) }
        counters.retried.add(outcome.folded)
        counters.discarded.add(outcome.dropped)
        guard let request else { return }
        Log.info(
            "retried",
            [
                "view": view.name, "lane": "\(claim.lane)", "key": request.key ?? "", "folded": "\(outcome.folded)",
                "parked": "\(remaining(of: request, RetryOutcome()))", "by": request.author,
            ])
    }

    /// Takes events out of the parking lot together with the decisions that no build folds them.
    private func drop(_ request: LaneRequest, at desk: any ParkingDesk) throws(LaneFailure) -> Int {
        var count = 0
        var cursor: Int64 = 0
        while let selection = request.dropped {
            let records = try desk.parked(claim, selection, after: cursor, limit: EngineLimits.parkedPageEvents)
            guard let last = records.last else { break }
            let page = RetryPage(records, view, lane: claim.lane)
            var outcome = RetryOutcome()
            for record in records {
                outcome.remove(record, view)
                folder.effects?.settled(input: record.input, offset: record.offset)
            }
            outcome.changes.decisions = decisions(on: page, request)
            var progress = ParkingChanges.Progress(request: request.number)
            progress.dropped = records.count
            outcome.changes.progress = progress
            try write(next, parking: outcome.changes)
            for (key, count) in outcome.released { folder.parking.release(key?.wrappedValue, count: count) }
            counters.discarded.add(records.count)
            count += records.count
            cursor = last.order
        }
        if count > 0 { folder.decisions = try desk.decisions(lane: claim.lane) }
        return count
    }

    private func decisions(on page: RetryPage, _ request: LaneRequest) -> [Decision] {
        let taken = intake.take(page.batch, from: view.inputs.map { _ in 0 })
        var identities: [Int: (source: String?, id: String?)] = [:]
        for (event, index) in zip(taken.events, taken.records) {
            identities[index] = (event.decoded.envelope.source, event.decoded.envelope.id)
        }
        for trouble in taken.troubles {
            guard case .refused(let refusal) = trouble.kind else { continue }
            identities[trouble.record] = (refusal.readable.source, refusal.readable.eventId)
        }
        return page.records.enumerated().map { index, record in
            Decision(
                view: view.name,
                place: EventPlace(
                    topic: view.inputs[record.input].topic, partition: claim.lane, offset: record.offset),
                code: record.code, reason: record.reason, eventSource: identities[index]?.source,
                eventId: identities[index]?.id,
                recordHash: (record.bytes.value ?? []).withUnsafeBytes { ContentHash(record: $0) },
                author: request.author, time: request.time, note: request.note)
        }
    }
}

/// How far a retry has got in the parking lot.
private struct RetryRound {
    var cursor: Int64 = 0
    var limit = EngineLimits.parkedPageEvents
    /// Keys whose turn ended at an event that can't be folded.
    var failed: Set<ExactText> = []
    var isLast = false
    var isAnswered = false
}

extension LaneRequest {
    var place: ParkedSelection? {
        guard let topic, let offset else { return nil }
        return .place(topic: topic, offset: offset)
    }

    var dropped: ParkedSelection? {
        guard let key, let throughOrder else { return place }
        return .through(key: key, order: throughOrder)
    }
}
