extension BrokerNode {
    /// The logs that have grown since the last group fsync.
    func takeSyncTargets() -> [PartitionLog.SyncTarget] {
        defer { dirtyLogs = [] }
        return dirtyLogs.map { target in
            target.isDirty = false
            return target.syncTarget()
        }
    }

    /// Deletes what each topic's settings say is too old or too much.
    func applyRetention() {
        defer { metrics.look(at: self) }
        let now = Clock.wallMilliseconds()
        for topic in topics.topics.values {
            for partition in topic.partitions {
                do throws(BrokerFailure) {
                    let removed = try partition.applyRetention(nowMilliseconds: now)
                    if removed > 0 {
                        log.info(
                            "\(partition.name): retention deleted \(removed) segments, log starts at \(partition.startOffset)"
                        )
                    }
                } catch {
                    log.error("\(partition.name): \(error)")
                }
            }
        }
    }
}
