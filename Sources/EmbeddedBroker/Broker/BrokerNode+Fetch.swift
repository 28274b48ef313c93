/// A fetch that may wait for data.
final class PendingFetch {
    let number: UInt64
    let slot: ResponseSlot
    let request: FetchRequest
    let deadline: Int64
    var isDone = false
    var logs: [PartitionLog] = []

    /// No answer is larger than the request's most, so none need be waited for.
    var minimumBytes: Int { Int(min(request.minBytes, request.maxBytes)) }

    init(slot: ResponseSlot, request: FetchRequest, deadline: Int64) {
        number = slot.token
        self.slot = slot
        self.request = request
        self.deadline = deadline
    }
}

/// An answer to a fetch as far as it has been put together.
private struct FetchPlan {
    var chunks: [ResponseChunk] = []
    var recordBytes = 0
    /// An error, or a slice that does not grow by waiting, is told at once, whatever the minimum.
    var isDue = false
    var writer: WireWriter
    var total = 0

    mutating func add(_ slice: LogSlice) {
        total += writer.bytes.count + slice.count
        chunks.append(.bytes(writer.bytes))
        chunks.append(.file(slice))
        recordBytes += slice.count
        if slice.isFull { isDue = true }
        writer = WireWriter(flexible: writer.flexible, capacity: 64)
    }

    mutating func close() {
        total += writer.bytes.count
        chunks.append(.bytes(writer.bytes))
        guard case .bytes(let head) = chunks[0] else { return }
        var patched = head
        let size = Int32(truncatingIfNeeded: total - 4)
        withUnsafeBytes(of: size.bigEndian) { source in
            for (index, byte) in source.enumerated() { patched[index] = byte }
        }
        chunks[0] = .bytes(patched)
    }
}

extension BrokerNode {
    func fetch(_ reader: inout WireReader, _ slot: ResponseSlot, _ now: Int64) throws {
        let request = try FetchRequest.decode(&reader, version: slot.header.version)
        guard request.sessionId == 0 else {
            // Fetch sessions are never granted, so this is one of another broker or of a former life.
            return answer(slot) { writer in
                FetchResponse.head(&writer, version: slot.header.version, error: .fetchSessionIdNotFound)
                writer.array([Int]()) { _, _ in }
                writer.tags()
            }
        }
        let wait = min(Int64(max(request.maxWaitMilliseconds, 0)), EmbeddedBrokerLimits.maximumFetchWaitMilliseconds)
        let pending = PendingFetch(slot: slot, request: request, deadline: now + wait)
        if wait == 0 || request.minBytes <= 0 { return finish(pending) }
        let plan = plan(request, slot.header)
        if plan.isDue || plan.recordBytes >= pending.minimumBytes {
            complete(slot, plan.chunks)
        } else {
            park(pending)
        }
    }

    private func park(_ fetch: PendingFetch) {
        fetch.slot.pendingFetch = fetch
        for topic in fetch.request.topics {
            for partition in topic.partitions {
                guard let target = topics.topics[topic.name]?.partition(partition.index) else { continue }
                target.waiters[fetch.number] = fetch
                fetch.logs.append(target)
            }
        }
        fetchDeadlines.insert(fetch)
    }

    private func unpark(_ fetch: PendingFetch) {
        guard !fetch.isDone else { return }
        fetch.isDone = true
        fetch.slot.pendingFetch = nil
        for target in fetch.logs { target.waiters[fetch.number] = nil }
        if !fetch.logs.isEmpty { fetchDeadlines.finished() }
        fetch.logs = []
    }

    func cancel(_ fetch: PendingFetch) { unpark(fetch) }

    /// Answers with whatever there is.
    func finish(_ fetch: PendingFetch) {
        guard !fetch.isDone else { return }
        unpark(fetch)
        complete(fetch.slot, plan(fetch.request, fetch.slot.header).chunks)
    }

    /// Answers when there is enough.
    func tryFetch(_ fetch: PendingFetch) {
        guard !fetch.isDone else { return }
        let plan = plan(fetch.request, fetch.slot.header)
        guard plan.isDue || plan.recordBytes >= fetch.minimumBytes else { return }
        unpark(fetch)
        complete(fetch.slot, plan.chunks)
    }

    func expireFetches(now: Int64) {
        while let due = fetchDeadlines.popDue(now) { finish(due) }
    }

    private func plan(_ request: FetchRequest, _ header: RequestHeader) -> FetchPlan {
        let version = header.version
        var plan = FetchPlan(writer: header.responseWriter())
        FetchResponse.head(&plan.writer, version: version, error: .none)
        var budget = min(max(Int(request.maxBytes), 0), EmbeddedBrokerLimits.maximumFetchBytes)
        plan.writer.arrayCount(request.topics.count)
        for topic in request.topics {
            let found = topics.topics[topic.name]
            plan.writer.string(topic.name)
            plan.writer.arrayCount(topic.partitions.count)
            for partition in topic.partitions {
                let slice = read(found?.partition(partition.index), partition, budget, &plan, version)
                budget -= slice?.count ?? 0
                if let slice { plan.add(slice) }
                plan.writer.tags()
            }
            plan.writer.tags()
        }
        plan.writer.tags()
        plan.close()
        return plan
    }

    /// Writes a partition's head; its records, when there are some to send, are the caller's to add.
    private func read(
        _ target: PartitionLog?, _ partition: FetchRequest.Partition, _ budget: Int, _ plan: inout FetchPlan,
        _ version: Int16
    ) -> LogSlice? {
        var head = FetchResponse.PartitionHead(
            index: partition.index, error: .none, highWatermark: -1, logStartOffset: -1, recordBytes: 0)
        var slice: LogSlice?
        if let target {
            head.highWatermark = target.highWatermark
            head.logStartOffset = target.startOffset
            if partition.currentLeaderEpoch > PartitionLog.leaderEpoch {
                head.error = .unknownLeaderEpoch
            } else {
                (slice, head.error) = read(target, partition, budget, orOne: plan.recordBytes == 0)
            }
        } else {
            head.error = .unknownTopicOrPartition
        }
        head.recordBytes = slice?.count ?? 0
        if head.error != .none { plan.isDue = true }
        FetchResponse.partition(&plan.writer, version: version, head)
        return slice
    }

    private func read(
        _ target: PartitionLog, _ partition: FetchRequest.Partition, _ budget: Int, orOne: Bool
    ) -> (LogSlice?, ErrorCode) {
        let maxBytes = min(max(Int(partition.maxBytes), 0), budget)
        do throws(BrokerFailure) {
            switch try target.read(from: partition.offset, maxBytes: maxBytes, orOne: orOne) {
            case .slice(let slice): return (slice, .none)
            case .nothing: return (nil, .none)
            case .outOfRange: return (nil, .offsetOutOfRange)
            }
        } catch {
            log.error("\(target.name): \(error)")
            return (nil, .kafkaStorageError)
        }
    }
}
