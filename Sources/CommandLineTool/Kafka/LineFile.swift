import Glibc
import Importers

/// Nobody reads standard output any more.
struct ReaderLeft: Error {}

/// Lines written to a file, or to standard output, a large piece at a time.
struct LineFile: ~Copyable {
    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// - Parameter path: `-` writes to standard output.
    init(_ path: String) throws(CommandFailure) {
        self.path = path
        descriptor = path == "-" ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw CommandFailure(
                "\(path) cannot be written: \(String(cString: strerror(errno)))",
                remedy: "Check the path given to --out.")
        }
        buffer.reserveCapacity(ImportersLimits.simulatorChunkBytes + 4_096)
    }

    mutating func append(_ line: UnsafeRawBufferPointer) throws {
        buffer.append(contentsOf: line)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= ImportersLimits.simulatorChunkBytes { try flush() }
    }

    mutating func finish() throws {
        try flush()
    }

    private mutating func flush() throws {
        var written = 0
        while written < buffer.count {
            let count = buffer.withUnsafeBytes {
                write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                // Who read it, `head` for example, has enough.
                if errno == EPIPE, descriptor == STDOUT_FILENO { throw ReaderLeft() }
                throw CommandFailure(
                    "\(path) cannot be written: \(String(cString: strerror(errno)))",
                    remedy: "Check the disk's free space.")
            }
            written += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    deinit {
        if descriptor != STDOUT_FILENO { close(descriptor) }
    }
}
