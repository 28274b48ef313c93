/// One produce request whose batches are written and not yet all on disk.
final class PendingProduce {
    let slot: ResponseSlot
    let response: ProduceResponse
    var waitsFor: Int

    init(slot: ResponseSlot, response: ProduceResponse, waitsFor: Int) {
        self.slot = slot
        self.response = response
        self.waitsFor = waitsFor
    }
}

extension BrokerNode {
    func produce(
        _ reader: inout WireReader, _ frame: UnsafeMutableRawBufferPointer, _ slot: ResponseSlot,
        _ connection: Connection
    ) throws {
        let request = try ProduceRequest.decode(&reader, version: slot.header.version)
        if request.acks != 0 { connection.append(slot) }
        let refusal = refusal(of: request, version: slot.header.version)
        var waits: [(log: PartitionLog, offset: Int64)] = []
        var refused = false
        let answers = request.topics.map { topic in
            ProduceResponse.Topic(
                name: topic.name,
                partitions: topic.partitions.map { partition in
                    let result: (ProduceResponse.Partition, (PartitionLog, Int64)?)
                    if let refusal {
                        result = (failed(partition.index, refusal.0, refusal.1), nil)
                    } else {
                        result = append(topic.name, partition, frame)
                    }
                    if let wait = result.1 { waits.append(wait) } else { refused = true }
                    return result.0
                })
        }
        guard request.acks != 0 else {
            // Without an answer, as in Kafka, the only way to tell the client is to hang up.
            if refused { throw ProtocolViolation(reason: "a produce request with acks 0 was refused") }
            return
        }
        acknowledge(
            PendingProduce(slot: slot, response: ProduceResponse(topics: answers), waitsFor: waits.count), waits)
    }

    private func refusal(of request: ProduceRequest, version: Int16) -> (ErrorCode, String)? {
        if version < 3 { return (.unsupportedForMessageFormat, "produce requests before version 3 are not supported") }
        if request.transactionalId != nil {
            return (.invalidTransactionState, "transactions are not supported by the embedded broker")
        }
        return [0, 1, -1].contains(request.acks) ? nil : (.invalidRequiredAcks, "acks \(request.acks)")
    }

    private func failed(_ index: Int32, _ error: ErrorCode, _ message: String) -> ProduceResponse.Partition {
        ProduceResponse.Partition(index: index, error: error, baseOffset: -1, logStartOffset: -1, message: message)
    }

    private func append(
        _ topic: String, _ partition: ProduceRequest.Partition, _ frame: UnsafeMutableRawBufferPointer
    ) -> (ProduceResponse.Partition, (PartitionLog, Int64)?) {
        guard let target = topics.topics[topic]?.partition(partition.index) else {
            return (
                failed(partition.index, .unknownTopicOrPartition, "no partition \(partition.index) of '\(topic)'"), nil
            )
        }
        guard let range = partition.records else {
            return (failed(partition.index, .invalidRecord, "no records"), nil)
        }
        do throws(BrokerFailure) {
            switch try target.append(UnsafeMutableRawBufferPointer(rebasing: frame[range])) {
            case .refused(let code, let reason):
                log.info("topic=\(topic) partition=\(partition.index) refused \(code): \(reason)")
                return (failed(partition.index, code, reason), nil)
            case .accepted(let base, let last):
                markDirty(target)
                let answer = ProduceResponse.Partition(
                    index: partition.index, error: .none, baseOffset: base, logStartOffset: target.startOffset)
                return (answer, (target, last))
            }
        } catch {
            log.error("topic=\(topic) partition=\(partition.index) \(error)")
            return (failed(partition.index, .kafkaStorageError, error.description), nil)
        }
    }

    private func markDirty(_ target: PartitionLog) {
        guard !target.isDirty, target.endOffset > target.highWatermark else { return }
        target.isDirty = true
        dirtyLogs.append(target)
    }

    private func acknowledge(_ pending: PendingProduce, _ waits: [(log: PartitionLog, offset: Int64)]) {
        for wait in waits {
            if wait.offset < wait.log.highWatermark {
                pending.waitsFor -= 1
            } else {
                wait.log.acknowledgements.append((wait.offset, pending))
            }
        }
        if pending.waitsFor == 0 { send(pending) }
    }

    private func send(_ pending: PendingProduce) {
        answer(pending.slot) { pending.response.encode(&$0, version: pending.slot.header.version) }
    }

    /// The log's high watermark has moved: whoever waited for that is answered.
    func advanced(_ target: PartitionLog) {
        while let next = target.acknowledgements.first, next.offset < target.highWatermark || target.isDeleted {
            target.acknowledgements.popFirst()
            next.request.waitsFor -= 1
            if next.request.waitsFor == 0 { send(next.request) }
        }
        for fetch in target.waiters.values { tryFetch(fetch) }
    }

    func initProducerId(_ reader: inout WireReader, _ slot: ResponseSlot) throws {
        let request = try InitProducerIdRequest.decode(&reader, version: slot.header.version)
        var error = ErrorCode.none
        var id: Int64 = -1
        if let transactionalId = request.transactionalId {
            log.warning(
                "transactional id '\(transactionalId)' refused: transactions are not supported by the embedded broker")
            // The one code that every client takes as final instead of trying again for ever.
            error = .transactionalIdAuthorizationFailed
        } else {
            do throws(BrokerFailure) {
                id = try producerIds.allocate()
            } catch let failure {
                log.error("\(failure)")
                error = .kafkaStorageError
            }
        }
        answer(slot) { writer in
            writer.int32(0)
            writer.error(error)
            writer.int64(id)
            writer.int16(error == .none ? 0 : -1)
            writer.tags()
        }
    }
}
