import Foundation

/// Looks into the log of a child.
enum LogTail {
    static func size(_ path: String) -> UInt64 {
        guard let handle = FileHandle(forReadingAtPath: path) else { return 0 }
        defer { try? handle.close() }
        return (try? handle.seekToEnd()) ?? 0
    }

    /// Whether `text` stands in the log from byte `mark` on; a log that is shorter by now was begun anew.
    static func contains(_ text: String, _ path: String, from mark: UInt64) -> Bool {
        guard let handle = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? handle.close() }
        let end = (try? handle.seekToEnd()) ?? 0
        try? handle.seek(toOffset: end < mark ? 0 : mark)
        guard let data = try? handle.readToEnd() else { return false }
        return data.range(of: Data(text.utf8)) != nil
    }

    static func lastLines(_ path: String) -> String {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? "(no log)"
        return text.split(separator: "\n").suffix(CommandLineLimits.logTailLines).map { "    \($0)" }
            .joined(separator: "\n")
    }
}
