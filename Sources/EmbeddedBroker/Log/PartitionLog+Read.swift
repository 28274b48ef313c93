extension PartitionLog {
    enum Read {
        case slice(LogSlice)
        case nothing
        case outOfRange
    }

    /// The batches from the one that holds `offset` on, as many whole ones as fit, out of one segment.
    ///
    /// `orOne` gives the first batch even when it alone is larger than `maxBytes`, so that a consumer always gets on.
    func read(from offset: Int64, maxBytes: Int, orOne: Bool) throws(BrokerFailure) -> Read {
        guard offset >= startOffset, offset <= endOffset else { return .outOfRange }
        guard offset < highWatermark else { return .nothing }
        let segment = self.segment(holding: offset)
        guard let start = try segment.position(of: offset) else {
            throw BrokerFailure("\(segment.file.path): no batch holds offset \(offset); \(LogRecovery.remedy)")
        }
        func slice(to end: Int) -> Read {
            let isFull = segment !== active || end < segment.durableSize
            return .slice(LogSlice(file: segment.file, position: start, count: end - start, isFull: isFull))
        }
        let available = segment.durableSize
        if available - start <= maxBytes { return slice(to: available) }
        if let end = segment.index.boundary(after: start, atMost: min(start + maxBytes, available)) {
            return slice(to: end)
        }
        // No indexed boundary within reach: the batches are large, or the limit is small.
        let end = try batchEnd(segment, from: start, maxBytes: maxBytes)
        if end > start { return slice(to: end) }
        guard orOne, let first = try segment.header(at: start, limit: available) else { return .nothing }
        return slice(to: min(start + first.totalBytes, available))
    }

    private func batchEnd(_ segment: Segment, from start: Int, maxBytes: Int) throws(BrokerFailure) -> Int {
        var end = start
        while let header = try segment.header(at: end, limit: segment.durableSize),
            end + header.totalBytes - start <= maxBytes, end + header.totalBytes <= segment.durableSize
        {
            end += header.totalBytes
        }
        return end
    }

    /// The last segment that begins at or below `offset`.
    private func segment(holding offset: Int64) -> Segment {
        var low = 0
        var high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].baseOffset <= offset { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? segments[low - 1] : active
    }

    // MARK: By time

    struct TimedOffset: Equatable {
        var offset: Int64
        var timestamp: Int64
    }

    /// The first record at or after a time; of a compressed batch the batch's first, which is not after it.
    /// Nil when all durable records are older.
    func offset(atOrAfter timestamp: Int64) throws(BrokerFailure) -> TimedOffset? {
        for segment in segments where segment.maxTimestamp >= timestamp && segment.maxTimestamp != .min {
            let before = segment.index.partition { $0.maxTimestampBefore < timestamp }
            var position = before == 0 ? 0 : Int(segment.index[before - 1].position)
            while let header = try segment.header(at: position, limit: segment.durableSize),
                header.baseOffset < highWatermark
            {
                if header.maxTimestamp >= timestamp {
                    let batch = try segment.file.read(header.totalBytes, at: position)
                    let exact = batch.withUnsafeBytes { header.firstRecord(in: $0, atOrAfter: timestamp) }
                    let time = header.baseTimestamp >= timestamp ? header.baseTimestamp : header.maxTimestamp
                    return TimedOffset(offset: exact?.offset ?? header.baseOffset, timestamp: exact?.timestamp ?? time)
                }
                position += header.totalBytes
            }
        }
        return nil
    }

    /// The first record with the greatest time of all.
    func offsetOfMaxTimestamp() throws(BrokerFailure) -> TimedOffset? {
        let latest = segments.map(\.maxTimestamp).max() ?? .min
        guard latest != .min else { return nil }
        return try offset(atOrAfter: latest)
    }
}
