import Glibc

/// Remembers how far a partition's log was synced, so that recovery can tell damage from an unfinished write.
///
/// The mark itself is never synced: after a power cut it may be old, which only makes recovery more lenient.
final class SyncMark {
    static let name = "synced"
    private let file: OpenFile

    init(directory: String) throws(BrokerFailure) {
        file = try OpenFile(path: "\(directory)/\(Self.name)", flags: O_RDWR | O_CREAT)
    }

    func write(segment: Int64, position: Int) throws(BrokerFailure) {
        var writer = WireWriter(capacity: 24)
        writer.int64(segment)
        writer.int64(Int64(position))
        writer.int32(Int32(bitPattern: CRC32C.of(writer.bytes)))
        try file.write(writer.bytes, at: 0)
    }

    /// Nil when there is no whole mark.
    func read() throws(BrokerFailure) -> (segment: Int64, position: Int)? {
        let bytes = try file.read(20, at: 0)
        return bytes.withUnsafeBytes { buffer -> (segment: Int64, position: Int)? in
            var reader = WireReader(buffer)
            guard let segment = try? reader.int64("segment"), let position = try? reader.int64("position"),
                let checksum = try? reader.int32("checksum"),
                UInt32(bitPattern: checksum) == CRC32C.of(Array(bytes.prefix(16)))
            else { return nil }
            return (segment, Int(truncatingIfNeeded: position))
        }
    }
}
