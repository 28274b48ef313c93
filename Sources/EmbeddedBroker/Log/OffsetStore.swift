import Glibc

struct TopicPartition: Hashable {
    var topic: String
    var partition: Int32
}

/// What consumer groups have committed: a table in memory over a small log of its own. A commit counts, and is seen,
/// once it is on disk.
final class OffsetStore {
    enum Change: Equatable {
        case commit(group: String, TopicPartition, CommittedOffset)
        case deleteGroup(String)
        case deleteTopic(String)
    }

    private let path: String
    private let log: Logger
    private(set) var file: OpenFile
    private(set) var size = 0
    private var durableSize = 0
    private(set) var groups: [String: [TopicPartition: CommittedOffset]] = [:]
    private(set) var count = 0
    private var pending = FIFO<(end: Int, changes: [Change], whenDurable: () -> Void)>()

    init(path: String, log: Logger) throws(BrokerFailure) {
        self.path = path
        self.log = log
        file = try OpenFile(path: path, flags: O_RDWR | O_CREAT)
        let bytes = try file.read(try file.size(), at: 0)
        let (whole, damage) = replay(bytes)
        if whole < bytes.count {
            log.warning("\(path): cut a torn tail of \(bytes.count - whole) bytes at position \(whole)")
            try file.truncate(to: whole)
        }
        size = whole
        durableSize = whole
        if let first = damage.first {
            let copy = path + ".damaged"
            log.error(
                "\(path): damaged at position \(first.lowerBound), \(damage.reduce(0) { $0 + $1.count }) bytes are left "
                    + "out: what groups committed in them is lost, they go on from their commits before or after; the file "
                    + "as it was is kept as \(copy)")
            do throws(BrokerFailure) {
                try FileSystem.replace(copy, with: bytes, durable: false)
                try compact()
            } catch {
                // It stays as it is, and is told of with every start.
                log.warning("\(error)")
            }
        }
        try compactIfWorthwhile(minimumBytes: 65_536)
    }

    var isDirty: Bool { durableSize < size }

    /// Appends changes; `whenDurable` runs once they are on disk and visible.
    func append(_ changes: [Change], whenDurable: @escaping () -> Void) throws(BrokerFailure) {
        let bytes = Self.frame(changes)
        do {
            try file.write(bytes, at: size)
        } catch {
            try file.truncate(to: size)
            throw error
        }
        size += bytes.count
        pending.append((size, changes, whenDurable))
    }

    /// The log is on disk up to `end`.
    func synced(to end: Int) throws(BrokerFailure) {
        durableSize = max(durableSize, end)
        while let next = pending.first, next.end <= durableSize {
            pending.popFirst()
            next.changes.forEach(apply)
            next.whenDurable()
        }
        if pending.isEmpty && !isDirty {
            try compactIfWorthwhile(minimumBytes: EmbeddedBrokerLimits.offsetLogCompactionBytes)
        }
    }

    private func apply(_ change: Change) {
        switch change {
        case .commit(let group, let partition, let offset):
            if groups[group, default: [:]].updateValue(offset, forKey: partition) == nil { count += 1 }
        case .deleteGroup(let group):
            count -= groups.removeValue(forKey: group)?.count ?? 0
        case .deleteTopic(let topic):
            for (group, offsets) in groups {
                let kept = offsets.filter { $0.key.topic != topic }
                count -= offsets.count - kept.count
                groups[group] = kept.isEmpty ? nil : kept
            }
        }
    }

    // MARK: Format: frames of length, CRC-32C and changes

    private static func frame(_ changes: [Change]) -> [UInt8] {
        var body = WireWriter(capacity: 64 * changes.count)
        body.array(changes) { writer, change in
            switch change {
            case .commit(let group, let partition, let committed):
                writer.int8(1)
                writer.string(group)
                writer.string(partition.topic)
                writer.int32(partition.partition)
                writer.int64(committed.offset)
                writer.int32(committed.leaderEpoch)
                writer.string(committed.metadata)
            case .deleteGroup(let group):
                writer.int8(2)
                writer.string(group)
            case .deleteTopic(let topic):
                writer.int8(3)
                writer.string(topic)
            }
        }
        var frame = WireWriter(capacity: body.bytes.count + 8)
        frame.int32(Int32(body.bytes.count))
        frame.int32(Int32(bitPattern: CRC32C.of(body.bytes)))
        frame.raw(body.bytes)
        return frame.bytes
    }

    /// Applies all whole frames; returns where the last one ends, and what lies before it that is none.
    private func replay(_ bytes: [UInt8]) -> (end: Int, damage: [Range<Int>]) {
        bytes.withUnsafeBytes { buffer in
            var end = 0
            var damage: [Range<Int>] = []
            var position = 0
            while position < buffer.count {
                guard let (changes, next) = Self.frame(buffer, at: position) else {
                    position += 1
                    continue
                }
                if end < position { damage.append(end..<position) }
                changes.forEach(apply)
                (end, position) = (next, next)
            }
            return (end, damage)
        }
    }

    /// A whole frame's changes, and where it ends; nil where none begins.
    private static func frame(_ buffer: UnsafeRawBufferPointer, at position: Int) -> (changes: [Change], end: Int)? {
        var reader = WireReader(buffer, from: position)
        guard let length = try? reader.int32("length"), let checksum = try? reader.int32("checksum"),
            length >= 0, Int(length) <= reader.remaining
        else { return nil }
        let end = reader.position + Int(length)
        let body = UnsafeRawBufferPointer(rebasing: buffer[reader.position..<end])
        guard UInt32(bitPattern: checksum) == CRC32C.of(body), let changes = decode(body) else { return nil }
        return (changes, end)
    }

    private static func decode(_ body: UnsafeRawBufferPointer) -> [Change]? {
        var reader = WireReader(body)
        return try? reader.array("changes") { (reader: inout WireReader) throws(WireError) -> Change in
            switch try reader.int8("kind") {
            case 1:
                let group = try reader.string("group")
                let partition = TopicPartition(
                    topic: try reader.string("topic"), partition: try reader.int32("partition"))
                let committed = CommittedOffset(
                    offset: try reader.int64("offset"), leaderEpoch: try reader.int32("epoch"),
                    metadata: try reader.nullableString("metadata"))
                return .commit(group: group, partition, committed)
            case 2: return .deleteGroup(try reader.string("group"))
            case 3: return .deleteTopic(try reader.string("topic"))
            case let kind: throw .invalidLength(field: "kind", Int(kind))
            }
        }
    }

    // MARK: Compaction

    private func compactIfWorthwhile(minimumBytes: Int) throws(BrokerFailure) {
        if size >= minimumBytes, size > 4 * 64 * max(count, 1) { try compact() }
    }

    private func compact() throws(BrokerFailure) {
        var bytes: [UInt8] = []
        for (group, offsets) in groups.sorted(by: { $0.key < $1.key }) {
            var changes = offsets.map { Change.commit(group: group, $0.key, $0.value) }[...]
            while !changes.isEmpty {
                bytes += Self.frame(Array(changes.prefix(1_000)))
                changes = changes.dropFirst(1_000)
            }
        }
        do throws(BrokerFailure) {
            try FileSystem.replace(path, with: bytes, durable: true)
        } catch {
            // The log as it is stays good where there is no room for a second one, as on a full disk.
            log.warning("\(path) was not compacted: \(error)")
        }
        // Whichever of the two lies there now.
        file = try OpenFile(path: path, flags: O_RDWR)
        size = try file.size()
        durableSize = size
    }
}
