import Foundation

/// Real data beside the repository, never in it.
enum SharedData {
    /// `../shared/data`, or what TAPEFOLD_SHARED names plus `data`.
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["TAPEFOLD_SHARED"] {
            return URL(filePath: path).appending(path: "data")
        }
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return package.deletingLastPathComponent().appending(path: "shared/data")
    }()

    static func isPresent(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: path).path)
    }

    static func json<T: Decodable>(_ path: String, as type: T.Type) throws -> T {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: path)))
    }

    /// The rows of a CSV file without its head, cells trimmed.
    static func rows(_ path: String) throws -> [[String]] {
        let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
        return text.split(whereSeparator: \.isNewline).dropFirst().map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        }
    }
}
