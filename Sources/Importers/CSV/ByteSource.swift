import Glibc

/// Bytes that come in pieces, so that a file is never in memory as a whole.
public protocol ByteSource: ~Copyable {
    /// Appends the next bytes to `buffer`; false at the end.
    mutating func read(into buffer: inout [UInt8]) throws(ImportFileError) -> Bool
}

/// Bytes that are in memory already.
public struct MemoryByteSource: ByteSource {
    private var rest: [UInt8]

    public init(_ bytes: [UInt8]) {
        rest = bytes
    }

    public init(_ text: String) {
        rest = Array(text.utf8)
    }

    public mutating func read(into buffer: inout [UInt8]) -> Bool {
        guard !rest.isEmpty else { return false }
        buffer.append(contentsOf: rest)
        rest = []
        return true
    }
}

/// A file, read from its start.
public struct FileByteSource: ByteSource, ~Copyable {
    private let path: String
    private let descriptor: Int32

    /// - Throws: `ImportFileError` when the file is missing, a directory or not readable.
    public init(path: String) throws(ImportFileError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ImportFileError(path: path, reason: ImportFileError.systemReason(errno))
        }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            close(descriptor)
            throw ImportFileError(path: path, reason: "it is a directory", remedy: "Name the files in it.")
        }
    }

    public mutating func read(into buffer: inout [UInt8]) throws(ImportFileError) -> Bool {
        let wanted = ImportersLimits.readChunkBytes
        let before = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: wanted))
        var count = -1
        repeat {
            count = buffer.withUnsafeMutableBytes { bytes in
                Glibc.read(descriptor, bytes.baseAddress.map { $0 + before }, wanted)
            }
        } while count < 0 && errno == EINTR
        let failure = errno
        buffer.removeLast(wanted - max(count, 0))
        guard count >= 0 else {
            throw ImportFileError(path: path, reason: ImportFileError.systemReason(failure))
        }
        return count > 0
    }

    deinit {
        close(descriptor)
    }
}

/// A file that cannot be imported at all, and what to do about it.
public struct ImportFileError: Error, Sendable, Equatable, CustomStringConvertible {
    public let path: String
    public let reason: String
    public let remedy: String

    public init(path: String, reason: String, remedy: String = "Check the path and its permissions.") {
        self.path = path
        self.reason = reason
        self.remedy = remedy
    }

    public var description: String { "\(path): \(reason). \(remedy)" }

    static func systemReason(_ code: Int32) -> String {
        switch code {
        case ENOENT: "there is no such file"
        case EACCES: "it may not be read"
        default: String(cString: strerror(code))
        }
    }
}
