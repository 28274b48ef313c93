import Foundation
import Synchronization

/// Where a command writes to. Lines of several threads do not mix.
public final class Console: Sendable {
    private let output: FileHandle
    private let errors: FileHandle
    private let lock = Mutex(())

    public static let standard = Console(output: .standardOutput, errors: .standardError)

    public init(output: FileHandle, errors: FileHandle) {
        self.output = output
        self.errors = errors
    }

    /// A line of the command's result.
    public func line(_ text: String) { write(text + "\n", to: output) }

    /// A line for the person who runs it: progress, problems.
    public func note(_ text: String) { write(text + "\n", to: errors) }

    /// A question to the person, who answers on the same line.
    func prompt(_ text: String) { write(text, to: errors) }

    /// A line for the person that the next one writes over.
    func overwrite(_ text: String) { write("\r\u{1B}[K" + text, to: errors) }

    /// Bytes of the command's result as they are.
    public func write(_ bytes: [UInt8]) {
        lock.withLock { _ in try? output.write(contentsOf: Data(bytes)) }
    }

    /// One JSON object a line, keys sorted.
    public func json(_ value: some Encodable) throws {
        line(try JSONText.line(value))
    }

    private func write(_ text: String, to handle: FileHandle) {
        lock.withLock { _ in try? handle.write(contentsOf: Data(text.utf8)) }
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
