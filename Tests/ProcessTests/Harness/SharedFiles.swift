import Foundation

/// Real data beside the repository, never in it: `../shared/data`, or what TAPEFOLD_SHARED names plus `data`.
enum SharedFiles {
    private static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["TAPEFOLD_SHARED"] {
            return URL(filePath: path).appending(path: "data")
        }
        var package = URL(filePath: #filePath)
        for _ in 0..<4 { package.deleteLastPathComponent() }
        return package.deletingLastPathComponent().appending(path: "shared/data")
    }()

    static func path(_ name: String) -> String { folder.appending(path: name).path }

    static func isPresent(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    /// The rows of a CSV file without its head, cells trimmed.
    static func rows(_ name: String) throws -> [[String]] {
        let text = try String(contentsOfFile: path(name), encoding: .utf8)
        return text.split(whereSeparator: \.isNewline).dropFirst().map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        }
    }
}
