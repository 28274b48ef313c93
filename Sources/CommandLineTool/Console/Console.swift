import Foundation
import Glibc
import Synchronization

/// Where a command writes to. Lines of several threads do not mix.
public final class Console: Sendable {
    private let output: FileHandle
    private let errors: FileHandle
    /// Why the result could not be written; nothing more is tried then.
    private let lost = Mutex<OutputLoss?>(nil)
    private let lock = Mutex(())

    /// What became of the command's result.
    enum OutputLoss: Equatable {
        /// Who read it, `head` for example, has enough.
        case readerLeft
        case failed(String)
    }

    public static let standard = Console(output: .standardOutput, errors: .standardError)

    public init(output: FileHandle, errors: FileHandle) {
        self.output = output
        self.errors = errors
    }

    /// A line of the command's result.
    public func line(_ text: String) { write(Array((text + "\n").utf8)) }

    /// A line for the person who runs it: progress, problems.
    public func note(_ text: String) { tell(text + "\n") }

    /// A question to the person, who answers on the same line.
    func prompt(_ text: String) { tell(text) }

    /// A line for the person that the next one writes over.
    func overwrite(_ text: String) { tell("\r\u{1B}[K" + text) }

    /// Bytes of the command's result as they are.
    public func write(_ bytes: [UInt8]) {
        lost.withLock { lost in
            if lost == nil { lost = lock.withLock { _ in Self.write(bytes, to: output.fileDescriptor) } }
        }
    }

    /// Nil while all of the result was written.
    var outputLoss: OutputLoss? { lost.withLock { $0 } }

    /// Whether nobody takes what a command that goes on and on would write next.
    var isOutputLost: Bool {
        if outputLoss != nil { return true }
        var descriptor = pollfd(fd: output.fileDescriptor, events: 0, revents: 0)
        return poll(&descriptor, 1, 0) > 0 && descriptor.revents & Int16(POLLERR | POLLHUP) != 0
    }

    /// One JSON object a line, keys sorted.
    public func json(_ value: some Encodable) throws {
        line(try JSONText.line(value))
    }

    private func tell(_ text: String) {
        lock.withLock { _ in _ = Self.write(Array(text.utf8), to: errors.fileDescriptor) }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> OutputLoss? {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            } else if errno != EINTR {
                return errno == EPIPE ? .readerLeft : .failed(String(cString: strerror(errno)))
            }
        }
        return nil
    }
}

/// JSON as commands print it.
enum JSONText {
    static func line(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
