import Glibc

/// Lines of a file or of standard input, numbered, in bounded memory.
struct LineReader: ~Copyable {
    enum Line {
        case text([UInt8])
        /// Longer than `CommandLineLimits.maximumLineBytes`; skipped to its end.
        case tooLong
    }

    private let descriptor: Int32
    private let ownsDescriptor: Bool
    private let name: String
    private var buffer: [UInt8] = []
    private var cursor = 0
    private var ended = false
    /// The number of the line returned last, from 1.
    private(set) var number: UInt64 = 0

    /// - Parameter path: nil or `-` reads standard input.
    init(path: String?) throws(CommandFailure) {
        guard let path, path != "-" else {
            (descriptor, ownsDescriptor, name) = (STDIN_FILENO, false, "standard input")
            return
        }
        name = path
        ownsDescriptor = true
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure(
                "\(path) cannot be read: \(String(cString: strerror(errno)))", remedy: "Check the path given to --file."
            )
        }
    }

    mutating func next() throws(CommandFailure) -> Line? {
        var searched = cursor
        var overflowed = false
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                return take(upTo: end, next: end + 1, overflowed)
            }
            if buffer.count - cursor > CommandLineLimits.maximumLineBytes {
                overflowed = true
                buffer.removeAll(keepingCapacity: true)
                cursor = 0
            }
            searched = buffer.count
            if cursor > 0 {
                buffer.removeFirst(cursor)
                searched -= cursor
                cursor = 0
            }
            guard try fill() else {
                if cursor == buffer.count && !overflowed { return nil }
                return take(upTo: buffer.count, next: buffer.count, overflowed)
            }
        }
    }

    private mutating func take(upTo end: Int, next: Int, _ overflowed: Bool) -> Line {
        number += 1
        defer { cursor = next }
        let isCarriageReturn = end > cursor && buffer[end - 1] == UInt8(ascii: "\r")
        let line = buffer[cursor..<(isCarriageReturn ? end - 1 : end)]
        return overflowed || line.count > CommandLineLimits.maximumLineBytes ? .tooLong : .text(Array(line))
    }

    private mutating func fill() throws(CommandFailure) -> Bool {
        guard !ended, waitForInput() else { return false }
        let wanted = CommandLineLimits.readChunkBytes
        let before = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: wanted))
        var count = -1
        repeat {
            count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress.map { $0 + before }, wanted) }
        } while count < 0 && errno == EINTR
        let failure = errno
        buffer.removeLast(wanted - max(0, count))
        guard count >= 0 else {
            throw CommandFailure("\(name) cannot be read: \(String(cString: strerror(failure)))")
        }
        ended = count == 0
        return !ended
    }

    /// A terminal or a pipe may stay silent: false when a signal came first.
    private func waitForInput() -> Bool {
        guard let signals = Interruption.shared.fileDescriptor else { return true }
        var polled = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&polled, nfds_t(polled.count), -1) < 0, errno == EINTR {}
        return polled[1].revents == 0
    }

    deinit {
        if ownsDescriptor { close(descriptor) }
    }
}
